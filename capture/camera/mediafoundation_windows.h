// Media Foundation's cameras, for those whose formats DirectShow's driver hides. The functions give an HRESULT where they can fail.
// All but mfStop are called on one thread.
#include <stdint.h>

typedef struct mfCamera mfCamera;

// mfFind opens the camera whose link begins with the given one (as far as "#{"), without starting it. *camera is NULL on failure.
int32_t mfFind(const uint16_t *link, mfCamera **camera);

// mfType tells the native format of an index; 0 after the last.
int mfType(mfCamera *camera, uint32_t index, uint32_t *pixel, uint32_t *width, uint32_t *height);

// mfStart streams the native format of an index as it is or, for a negative one, whatever there is converted to NV12, whose size it tells.
int32_t mfStart(mfCamera *camera, int32_t index, uint32_t *width, uint32_t *height);

// mfRead waits for a sample. *data may be NULL, where there is none for now; it holds until the next call.
int32_t mfRead(mfCamera *camera, uint8_t **data, uint32_t *length);

// mfStop makes mfRead return, and may be called on any thread.
void mfStop(mfCamera *camera);

// mfFree frees the camera. mfStop is not to be called any more.
void mfFree(mfCamera *camera);
