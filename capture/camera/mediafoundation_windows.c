#define COBJMACROS
#define INITGUID
#include <windows.h>
#include <mfapi.h>
#include <mfidl.h>
#include <mfreadwrite.h>
#include <stdlib.h>
#include <wchar.h>

#include "mediafoundation_windows.h"

struct mfCamera {
	IMFMediaSource *source;
	IMFSourceReader *reader;
	IMFMediaBuffer *locked; // the buffer that the last sample lies in
};

static const DWORD video = MF_SOURCE_READER_FIRST_VIDEO_STREAM;

// The functions are looked up when they are needed: editions of Windows without media features have no such libraries, and a program
// that is linked with them does not start there.
static struct {
	HRESULT (WINAPI *startup)(ULONG, DWORD);
	HRESULT (WINAPI *attributes)(IMFAttributes **, UINT32);
	HRESULT (WINAPI *type)(IMFMediaType **);
	HRESULT (WINAPI *sources)(IMFAttributes *, IMFActivate ***, UINT32 *);
	HRESULT (WINAPI *reader)(IMFMediaSource *, IMFAttributes *, IMFSourceReader **);
} mf;

static FARPROC find(const wchar_t *library, const char *name) {
	HMODULE m = LoadLibraryExW(library, NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
	return m ? GetProcAddress(m, name) : NULL;
}

static HRESULT load(void) {
	HRESULT hr = CoInitializeEx(NULL, COINIT_MULTITHREADED);
	if (FAILED(hr) && hr != RPC_E_CHANGED_MODE)
		return hr;
	*(FARPROC *)&mf.startup = find(L"mfplat.dll", "MFStartup");
	*(FARPROC *)&mf.attributes = find(L"mfplat.dll", "MFCreateAttributes");
	*(FARPROC *)&mf.type = find(L"mfplat.dll", "MFCreateMediaType");
	*(FARPROC *)&mf.sources = find(L"mf.dll", "MFEnumDeviceSources");
	*(FARPROC *)&mf.reader = find(L"mfreadwrite.dll", "MFCreateSourceReaderFromMediaSource");
	if (!mf.startup || !mf.attributes || !mf.type || !mf.sources || !mf.reader)
		return HRESULT_FROM_WIN32(ERROR_MOD_NOT_FOUND);
	return mf.startup(MF_VERSION, MFSTARTUP_LITE);
}

// same compares links as far as "#{": what follows names the interface, which differs between DirectShow and Media Foundation.
static int same(const wchar_t *a, const wchar_t *b) {
	const wchar_t *end = wcsstr(a, L"#{");
	size_t n = end ? (size_t)(end - a) : wcslen(a);
	end = wcsstr(b, L"#{");
	return n == (end ? (size_t)(end - b) : wcslen(b)) && _wcsnicmp(a, b, n) == 0;
}

// activate makes the source whose link is meant.
static HRESULT activate(IMFActivate **list, UINT32 count, const wchar_t *link, IMFMediaSource **source) {
	for (UINT32 i = 0; i < count; i++) {
		WCHAR *name = NULL;
		UINT32 length;
		if (FAILED(IMFActivate_GetAllocatedString(list[i], &MF_DEVSOURCE_ATTRIBUTE_SOURCE_TYPE_VIDCAP_SYMBOLIC_LINK, &name, &length)))
			continue;
		int meant = same(name, link);
		CoTaskMemFree(name);
		if (meant)
			return IMFActivate_ActivateObject(list[i], &IID_IMFMediaSource, (void **)source);
	}
	return HRESULT_FROM_WIN32(ERROR_NOT_FOUND);
}

static HRESULT openSource(const wchar_t *link, IMFMediaSource **source) {
	IMFAttributes *want = NULL;
	IMFActivate **list = NULL;
	UINT32 count = 0;
	HRESULT hr = mf.attributes(&want, 1);
	if (FAILED(hr))
		return hr;
	hr = IMFAttributes_SetGUID(want, &MF_DEVSOURCE_ATTRIBUTE_SOURCE_TYPE, &MF_DEVSOURCE_ATTRIBUTE_SOURCE_TYPE_VIDCAP_GUID);
	if (SUCCEEDED(hr))
		hr = mf.sources(want, &list, &count);
	IMFAttributes_Release(want);
	if (FAILED(hr))
		return hr;
	hr = activate(list, count, link, source);
	for (UINT32 i = 0; i < count; i++)
		IMFActivate_Release(list[i]);
	CoTaskMemFree(list);
	return hr;
}

static HRESULT openReader(mfCamera *c) {
	IMFAttributes *how = NULL;
	HRESULT hr = mf.attributes(&how, 1);
	if (FAILED(hr))
		return hr;
	hr = IMFAttributes_SetUINT32(how, &MF_SOURCE_READER_ENABLE_VIDEO_PROCESSING, TRUE);
	if (SUCCEEDED(hr))
		hr = mf.reader(c->source, how, &c->reader);
	IMFAttributes_Release(how);
	return hr;
}

int32_t mfFind(const uint16_t *link, mfCamera **camera) {
	*camera = NULL;
	HRESULT hr = load();
	if (FAILED(hr))
		return hr;
	mfCamera *c = calloc(1, sizeof *c);
	if (!c)
		return E_OUTOFMEMORY;
	hr = openSource((const wchar_t *)link, &c->source);
	if (SUCCEEDED(hr))
		hr = openReader(c);
	if (FAILED(hr)) {
		mfFree(c);
		return hr;
	}
	*camera = c;
	return S_OK;
}

static HRESULT sizeOf(IMFMediaType *type, uint32_t *width, uint32_t *height) {
	UINT64 size = 0;
	HRESULT hr = IMFMediaType_GetUINT64(type, &MF_MT_FRAME_SIZE, &size);
	*width = (uint32_t)(size >> 32);
	*height = (uint32_t)size;
	return hr;
}

int mfType(mfCamera *c, uint32_t index, uint32_t *pixel, uint32_t *width, uint32_t *height) {
	IMFMediaType *type = NULL;
	GUID subtype = {0};
	if (FAILED(IMFSourceReader_GetNativeMediaType(c->reader, video, index, &type)))
		return 0;
	IMFMediaType_GetGUID(type, &MF_MT_SUBTYPE, &subtype);
	*pixel = subtype.Data1; // a four-character code, for all formats that are read
	sizeOf(type, width, height);
	IMFMediaType_Release(type);
	return 1;
}

// convert asks for NV12, decoded or converted from what the camera has.
static HRESULT convert(IMFSourceReader *reader) {
	IMFMediaType *type = NULL;
	HRESULT hr = mf.type(&type);
	if (FAILED(hr))
		return hr;
	hr = IMFMediaType_SetGUID(type, &MF_MT_MAJOR_TYPE, &MFMediaType_Video);
	if (SUCCEEDED(hr))
		hr = IMFMediaType_SetGUID(type, &MF_MT_SUBTYPE, &MFVideoFormat_NV12);
	if (SUCCEEDED(hr))
		hr = IMFSourceReader_SetCurrentMediaType(reader, video, NULL, type);
	IMFMediaType_Release(type);
	return hr;
}

int32_t mfStart(mfCamera *c, int32_t index, uint32_t *width, uint32_t *height) {
	IMFMediaType *type = NULL;
	HRESULT hr;
	if (index < 0) {
		hr = convert(c->reader);
	} else {
		hr = IMFSourceReader_GetNativeMediaType(c->reader, video, (DWORD)index, &type);
		if (SUCCEEDED(hr)) {
			hr = IMFSourceReader_SetCurrentMediaType(c->reader, video, NULL, type);
			IMFMediaType_Release(type);
		}
	}
	if (FAILED(hr))
		return hr;
	hr = IMFSourceReader_GetCurrentMediaType(c->reader, video, &type);
	if (SUCCEEDED(hr)) {
		hr = sizeOf(type, width, height);
		IMFMediaType_Release(type);
	}
	return hr;
}

static void unlock(mfCamera *c) {
	if (!c->locked)
		return;
	IMFMediaBuffer_Unlock(c->locked);
	IMFMediaBuffer_Release(c->locked);
	c->locked = NULL;
}

int32_t mfRead(mfCamera *c, uint8_t **data, uint32_t *length) {
	DWORD stream = 0, flags = 0, used = 0;
	LONGLONG at = 0;
	IMFSample *sample = NULL;
	IMFMediaBuffer *buffer = NULL;
	*data = NULL;
	*length = 0;
	unlock(c);
	HRESULT hr = IMFSourceReader_ReadSample(c->reader, video, 0, &stream, &flags, &at, &sample);
	if (FAILED(hr))
		return hr;
	if (flags & (MF_SOURCE_READERF_ERROR | MF_SOURCE_READERF_ENDOFSTREAM)) {
		if (sample)
			IMFSample_Release(sample);
		return HRESULT_FROM_WIN32(ERROR_DEVICE_NOT_CONNECTED);
	}
	if (!sample)
		return S_OK;
	hr = IMFSample_ConvertToContiguousBuffer(sample, &buffer);
	IMFSample_Release(sample);
	if (FAILED(hr))
		return hr;
	hr = IMFMediaBuffer_Lock(buffer, data, NULL, &used);
	if (FAILED(hr)) {
		IMFMediaBuffer_Release(buffer);
		return hr;
	}
	c->locked = buffer;
	*length = used;
	return S_OK;
}

void mfStop(mfCamera *c) {
	IMFMediaSource_Shutdown(c->source);
}

void mfFree(mfCamera *c) {
	unlock(c);
	if (c->reader)
		IMFSourceReader_Release(c->reader);
	if (c->source) {
		IMFMediaSource_Shutdown(c->source);
		IMFMediaSource_Release(c->source);
	}
	free(c);
}
