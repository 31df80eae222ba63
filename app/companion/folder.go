package companion

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"sync"
	"time"

	"qoltanba/keystore"
	"qoltanba/keystore/census"
	"qoltanba/keystore/pfx"
)

const (
	maxKeyFiles = 200     // of a folder
	maxMemory   = 4 << 20 // bytes of the file that remembers certificates
)

// KeyFiles is the [Store] of the key files (PKCS#12) that a census finds in
// folders and those beneath them. In a key file the
// certificate is encrypted too; after a file was opened once, its certificate
// and the time of its last use are remembered by the file's hash, so that the
// next list can tell whose it is and until when it serves.
type KeyFiles struct {
	folders []string
	path    string // of the memory
	now     func() time.Time
	mu      sync.Mutex
	memory  map[string]acquaintance
}

// acquaintance is what is remembered of a key file.
type acquaintance struct {
	Certificate []byte    `json:"certificate"`
	LastUsed    time.Time `json:"lastUsed"`
}

// OpenKeyFiles looks into folders, which need not be there, and remembers in a
// file. A memory that cannot be read is begun anew: it holds nothing that cannot
// be learnt again.
func OpenKeyFiles(memory string, now func() time.Time, folders ...string) *KeyFiles {
	k := &KeyFiles{folders: folders, path: memory, now: now, memory: map[string]acquaintance{}}
	if info, err := os.Stat(memory); err == nil && info.Size() <= maxMemory {
		if file, err := os.ReadFile(memory); err == nil {
			_ = json.Unmarshal(file, &k.memory)
		}
	}
	if k.memory == nil {
		k.memory = map[string]acquaintance{}
	}
	return k
}

// Keys implements [Store].
func (k *KeyFiles) Keys(ctx context.Context) ([]Key, error) {
	var keys []Key
	for _, folder := range k.folders {
		found, err := census.Take(ctx, folder, census.Options{Limits: census.Limits{Files: maxKeyFiles}})
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, keystore.DiskError(err)
		}
		for _, f := range found.Files {
			if f.Condition == census.Closed && !f.Leftover {
				keys = append(keys, k.known(f))
			}
		}
	}
	slices.SortFunc(keys, func(a, b Key) int { return cmp.Or(b.LastUsed.Compare(a.LastUsed), cmp.Compare(a.Path, b.Path)) })
	return keys, nil
}

// known returns a file as it is remembered. What a closed file says of itself is
// not believed: anybody can write it there.
func (k *KeyFiles) known(f census.File) Key {
	k.mu.Lock()
	defer k.mu.Unlock()
	key := Key{ID: f.Path, Path: f.Path}
	if a, there := k.memory[hex.EncodeToString(f.SHA256[:])]; there {
		key.LastUsed = a.LastUsed
		key.Certificate, _ = x509.ParseCertificate(a.Certificate)
	}
	return key
}

func fingerprint(file []byte) string {
	sum := sha256.Sum256(file)
	return hex.EncodeToString(sum[:])
}

func readKeyFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > pfx.MaxSize {
		return nil, keystore.ErrNoKeyFile
	}
	return os.ReadFile(path)
}

// Open implements [Store]: id is the path of a key file, in the folders or
// elsewhere. The errors are ErrPassword, keystore.ErrNoKeyFile and
// keystore.ErrMismatch, and those of the disk.
func (k *KeyFiles) Open(_ context.Context, id string, password Password) (Opened, error) {
	file, err := readKeyFile(id)
	if err != nil {
		return Opened{}, keystore.DiskError(err)
	}
	content, err := keystore.DecodeKeyFile(file, string(password))
	if err != nil {
		return Opened{}, err
	}
	k.remember(file, content.Certificate)
	return Opened{Key: content.Key, Certificate: content.Certificate, Close: func() {}}, nil
}

// remember notes the use. That it cannot be written down hinders no signature.
func (k *KeyFiles) remember(file []byte, cert *x509.Certificate) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.memory[fingerprint(file)] = acquaintance{cert.Raw, k.now()}
	for len(k.memory) > maxKeyFiles {
		oldest, at := "", time.Time{}
		for id, a := range k.memory {
			if oldest == "" || a.LastUsed.Before(at) {
				oldest, at = id, a.LastUsed
			}
		}
		delete(k.memory, oldest)
	}
	_ = replace(k.path, k.memory)
}
