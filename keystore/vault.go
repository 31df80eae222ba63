package keystore

import (
	"context"
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

// Errors of the vault on which a caller branches.
var (
	ErrVaultBusy    = errors.New("another window of this program works with the keys: close it first")
	ErrVaultKeyLost = errors.New("the key to the waiting private keys is not in the system's keyring any more: apply anew")
	ErrDamaged      = errors.New("the waiting private keys are damaged: apply anew")
	ErrNoEntry      = errors.New("no private keys wait for this enrolment")
	// ErrVaultDisk is joined to errors of the disk under the vault, to be told
	// from those under a folder that the citizen chose.
	ErrVaultDisk = errors.New("the program's own folder")
)

const (
	vaultSuffix  = ".keys"
	vaultLock    = "vault.lock"
	vaultKeyName = "vault-key"
	vaultKeySize = 32
	maxVaultFile = 64 << 10
	maxVaultKeys = 8
)

// PendingKey is a private key that waits for its certificate.
type PendingKey struct {
	Kind profile.Kind
	Key  crypto.Signer
}

// Format hides the key whatever the verb.
func (k PendingKey) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "[pending %s key]", k.Kind.String())
}

// LogValue hides the key.
func (k PendingKey) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(k)) }

// Vault keeps the private keys of enrolments under way, one file each,
// encrypted with AES-256-GCM under a key from a [KeySource]. The enrolment's
// id is authenticated with the file, so that files cannot be exchanged.
//
// One process has the vault at a time; within it, the methods may be called
// from several goroutines.
type Vault struct {
	dir    string
	disk   disk
	source KeySource
	lock   *os.File

	mu     sync.Mutex
	key    []byte // nil until it is first needed
	closed bool
}

var errVaultClosed = errors.New("the vault is closed")

// OpenVault opens the vault in the folder dir, making the folder if it is not
// there, and locks it for this process; ErrVaultBusy says that another has it.
// The source is asked for the key only when it is needed. Close it at the end.
func OpenVault(dir string, source KeySource) (*Vault, error) {
	return openVault(osDisk{}, dir, source)
}

func openVault(d disk, dir string, source KeySource) (*Vault, error) {
	if err := makePrivateFolder(dir); err != nil {
		return nil, vaultFault("open vault", dir, err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, vaultLock), os.O_RDWR|os.O_CREATE, privateFile)
	if err != nil {
		return nil, vaultFault("open vault", dir, err)
	}
	if err := lockFile(lock); err != nil {
		_ = lock.Close()
		return nil, fmt.Errorf("open vault: %w", err)
	}
	return &Vault{dir: dir, disk: d, source: source, lock: lock}, nil
}

// Close lets other processes have the vault and forgets its key.
func (v *Vault) Close() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return nil
	}
	clear(v.key)
	v.key, v.closed = nil, true
	return errors.Join(unlockFile(v.lock), v.lock.Close())
}

// Put locks the private keys of an enrolment away. When it returns nil they
// are on the disk and were read back. It never replaces: ErrExists says that
// keys wait under this id already. The id is 1 to 64 of the characters
// A–Z a–z 0–9 _ and -.
func (v *Vault) Put(ctx context.Context, id string, keys []PendingKey) error {
	path, err := v.path(id)
	if err != nil {
		return err
	}
	plain, err := encodeKeys(keys)
	if err != nil {
		return err
	}
	defer clear(plain)
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.present(); err != nil {
		return vaultFault("keep private keys", v.dir, err)
	}
	key, err := v.unlock(ctx)
	if err != nil {
		return err
	}
	sealed := seal(key, id, plain)
	err = writeNew(v.disk, path, sealed, func(content []byte) error {
		opened, err := unseal(key, id, content)
		if err == nil {
			_, err = decodeKeys(opened)
		}
		clear(opened)
		return err
	})
	return vaultFault("keep private keys", v.dir, err)
}

// Get returns the private keys of an enrolment, in the order of Put. The
// errors are ErrNoEntry, ErrDamaged, those of the disk and those of the source,
// among them ErrVaultKeyLost.
func (v *Vault) Get(ctx context.Context, id string) ([]PendingKey, error) {
	path, err := v.path(id)
	if err != nil {
		return nil, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.present(); err != nil {
		return nil, vaultFault("read private keys", v.dir, err)
	}
	sealed, err := v.disk.read(path, maxVaultFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrNoEntry
	case errors.Is(err, errTooLarge):
		return nil, ErrDamaged
	case err != nil:
		return nil, vaultFault("read private keys", v.dir, err)
	}
	key, err := v.unlock(ctx)
	if err != nil {
		return nil, err
	}
	plain, err := unseal(key, id, sealed)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	return decodeKeys(plain)
}

// Delete ends the waiting of an enrolment's keys. Call it only after every key
// file is written, or when the citizen gives the enrolment up. Deleting what
// is not there is no error.
func (v *Vault) Delete(id string) error {
	path, err := v.path(id)
	if err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.present(); err != nil {
		return vaultFault("delete private keys", v.dir, err)
	}
	err = v.disk.remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = v.disk.syncFolder(v.dir)
	}
	return vaultFault("delete private keys", v.dir, err)
}

// List returns the ids of the enrolments whose keys wait, sorted.
func (v *Vault) List() ([]string, error) {
	entries, err := os.ReadDir(v.dir)
	if err != nil {
		return nil, vaultFault("list private keys", v.dir, err)
	}
	var ids []string
	for _, e := range entries {
		id, isKeys := strings.CutSuffix(e.Name(), vaultSuffix)
		if isKeys && vaultID.MatchString(id) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids, nil
}

var vaultID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func (v *Vault) path(id string) (string, error) {
	if !vaultID.MatchString(id) {
		return "", errors.New("an enrolment's id has 1 to 64 Latin letters, digits, _ and -")
	}
	return filepath.Join(v.dir, id+vaultSuffix), nil
}

// vaultFault says that an error is one of the disk under the vault in dir.
func vaultFault(doing, dir string, err error) error {
	if err == nil || errors.Is(err, errVaultClosed) {
		return err
	}
	return fmt.Errorf("%s: %w: %w", doing, ErrVaultDisk, diskErrorIn(dir, err))
}

// present refuses with ErrFolderGone once the folder is not the one that was
// opened, by the lock that this process holds in it. Without the question, keys
// on a disk that was pulled out would pass for keys that never were, and be
// replaced.
func (v *Vault) present() error {
	if v.closed {
		return errVaultClosed
	}
	held, err := v.lock.Stat()
	if err != nil {
		return diskErrorIn(v.dir, err)
	}
	there, err := os.Lstat(filepath.Join(v.dir, vaultLock))
	if err != nil {
		return diskErrorIn(v.dir, err)
	}
	if !os.SameFile(held, there) {
		return ErrFolderGone
	}
	return nil
}

// unlock returns the vault's key, asking the source once. A new key is made
// only for an empty vault: otherwise what lies there could not be opened.
func (v *Vault) unlock(ctx context.Context) ([]byte, error) {
	if v.closed {
		return nil, errVaultClosed
	}
	if v.key != nil {
		return v.key, nil
	}
	key, err := v.source.load(ctx, vaultKeyName)
	if errors.Is(err, errNoSecret) {
		ids, listErr := v.List()
		if listErr != nil {
			return nil, listErr
		}
		if len(ids) > 0 {
			return nil, ErrVaultKeyLost
		}
		key, err = createSecret(ctx, v.source, vaultKeyName, newVaultKey)
	}
	if err != nil {
		return nil, err
	}
	if len(key) != vaultKeySize {
		return nil, ErrVaultKeyLost
	}
	v.key = key
	return key, nil
}

// storedKey is a pending key in a vault file.
type storedKey struct {
	Kind  profile.Kind `json:"kind"`
	PKCS8 []byte       `json:"pkcs8"`
}

func encodeKeys(keys []PendingKey) ([]byte, error) {
	if len(keys) == 0 || len(keys) > maxVaultKeys {
		return nil, fmt.Errorf("an enrolment has 1 to %d private keys", maxVaultKeys)
	}
	stored := make([]storedKey, len(keys))
	for i, k := range keys {
		der, err := keypair.MarshalPKCS8(k.Key)
		if err != nil {
			return nil, err
		}
		defer clear(der)
		stored[i] = storedKey{k.Kind, der}
	}
	return json.Marshal(stored)
}

func decodeKeys(plain []byte) ([]PendingKey, error) {
	var stored []storedKey
	if json.Unmarshal(plain, &stored) != nil || len(stored) == 0 || len(stored) > maxVaultKeys {
		return nil, ErrDamaged
	}
	keys := make([]PendingKey, len(stored))
	for i, s := range stored {
		key, err := keypair.ParsePKCS8(s.PKCS8)
		clear(s.PKCS8)
		if err != nil {
			return nil, ErrDamaged
		}
		keys[i] = PendingKey{s.Kind, key}
	}
	return keys, nil
}
