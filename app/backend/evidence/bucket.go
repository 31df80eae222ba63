package evidence

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/fileblob" // file:///path, for a laptop
	_ "gocloud.dev/blob/memblob"  // mem://, for tests
	_ "gocloud.dev/blob/s3blob"   // s3://bucket, for production
)

// OpenBucket opens the object store at a gocloud.dev URL: file:///path,
// s3://bucket?region=…, mem://. A file store creates its folder, keeps nothing
// beside the objects, and writes its temporary files next to them, so that
// putting in place is one rename.
func OpenBucket(ctx context.Context, address string) (*blob.Bucket, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("evidence: the store's address is no URL: use file:///path or s3://bucket")
	}
	if u.Scheme == "file" {
		q := u.Query()
		q.Set("create_dir", "true")
		q.Set("no_tmp_dir", "true")
		q.Set("metadata", "skip")
		q.Set("dir_file_mode", "0700")
		u.RawQuery = q.Encode()
	}
	bucket, err := blob.OpenBucket(ctx, u.String())
	if err != nil {
		return nil, fmt.Errorf("evidence: open the store: %w", err)
	}
	return bucket, nil
}

// upload writes the object unless the name is taken, which is the error
// gcerrors.FailedPrecondition. A file is synced before it is put in place and
// its folder after, which the file store does not do itself.
func upload(ctx context.Context, bucket *blob.Bucket, key string, r io.Reader) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var file *os.File
	w, err := bucket.NewWriter(ctx, key, &blob.WriterOptions{
		ContentType:                 "application/octet-stream",
		DisableContentTypeDetection: true,
		IfNotExist:                  true,
		BeforeWrite: func(as func(any) bool) error {
			as(&file) // stays nil where the store keeps no files
			return nil
		},
	})
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	if err == nil && file != nil {
		err = file.Sync()
	}
	if err != nil {
		cancel() // makes Close give the object up
		_ = w.Close()
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	if file != nil {
		return syncFolder(filepath.Dir(file.Name()))
	}
	return nil
}

func syncFolder(folder string) error {
	d, err := os.Open(folder) // #nosec G304 -- the folder of an object of ours
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	return d.Sync()
}
