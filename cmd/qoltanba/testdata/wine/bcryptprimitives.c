// bcryptprimitives.dll for a Wine that lacks it (8.0 does): Go's runtime asks
// for ProcessPrng at its start. For tests only; Windows has its own.
#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) { return RtlGenRandom(data, (ULONG)length); }
