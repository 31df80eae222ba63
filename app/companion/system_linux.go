package companion

// asksSystem says that this system tells whose a socket is; where it does not
// find one, the caller is refused.
const asksSystem = true
