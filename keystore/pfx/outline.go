package pfx

import "golang.org/x/crypto/cryptobyte"

// Outline is what a file shows of itself without its password. Nothing in it is
// proven: whoever can write the file can write this.
type Outline struct {
	Keys         []Item // with their names, without their DER
	Certificates []Item // those that are not encrypted
	Sealed       bool   // there is more that only the password opens, certificates most often
}

// Inspect reads what the password does not guard of a file of at most [MaxSize]
// bytes, and whether its form is one that [Decode] knows. Names of keys stand
// beside the encrypted key in the files of most programs, so that a key is known
// again without being opened. The errors are [ErrFormat] and [ErrUnsupported].
func Inspect(file []byte) (*Outline, error) {
	safe, _, err := parts(file)
	if err != nil {
		return nil, err
	}
	outline, seen := new(Outline), new(Contents)
	err = eachInfo(safe, func(info cryptobyte.String) error {
		if isEncrypted(info) {
			outline.Sealed = true
			_, _, err := encryptedData(info)
			return err
		}
		bags, err := bagsOf(info, "")
		if err != nil {
			return err
		}
		return seen.take(bags, func(key cryptobyte.String) ([]byte, error) {
			_, _, err := shroudedKey(key)
			return nil, err
		})
	})
	if err != nil {
		return nil, err
	}
	outline.Keys, outline.Certificates = seen.Keys, seen.Certificates
	for i := range outline.Keys {
		outline.Keys[i].DER = nil
	}
	return outline, nil
}
