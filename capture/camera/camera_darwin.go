//go:build cgo

package camera

// #cgo CFLAGS: -x objective-c -fblocks
// #cgo LDFLAGS: -framework AVFoundation -framework Foundation
// #import <AVFoundation/AVFoundation.h>
// #import <Foundation/Foundation.h>
//
// static int cameraAuthorization(void) {
//   @autoreleasepool {
//     return (int)[AVCaptureDevice authorizationStatusForMediaType:AVMediaTypeVideo];
//   }
// }
//
// static int cameraIsExplained(void) {
//   @autoreleasepool {
//     return [[NSBundle mainBundle] objectForInfoDictionaryKey:@"NSCameraUsageDescription"] != nil;
//   }
// }
//
// static void askForCamera(void) {
//   @autoreleasepool {
//     [AVCaptureDevice requestAccessForMediaType:AVMediaTypeVideo completionHandler:^(BOOL granted) { (void)granted; }];
//   }
// }
import "C"

import (
	"context"
	"errors"
)

// permit asks for the camera, as macOS 10.14 and later want it before a device is opened. The system ends a program that asks without
// saying in its Info.plist what for; one started from a terminal says nothing, and the question is then about the terminal.
func permit(ctx context.Context) error {
	if C.cameraIsExplained() == 0 {
		return nil
	}
	p := permission{
		status: func() authorization { return authorization(C.cameraAuthorization()) },
		ask:    func() { C.askForCamera() },
	}
	return p.await(ctx)
}

// openHidden has nothing to add: AVFoundation hides no format.
func openHidden(context.Context, string, Format) (Stream, error) {
	return nil, &Error{Unusable, errors.New("the camera offers no format that can be read")}
}
