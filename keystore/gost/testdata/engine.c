/* Answers questions on standard input with OpenSSL's gost engine, a line each,
 * in hexadecimal: what another reading of GOST R 34.10-2012 says of ours.
 *
 *   hash MESSAGE                     -> Streebog-512
 *   public PKCS8                     -> SubjectPublicKeyInfo
 *   sign PKCS8 DIGEST                -> signature, s||r big-endian
 *   verify SPKI DIGEST SIGNATURE     -> good or bad
 *   speed sign|verify|key|hash N     -> nanoseconds of processor time for N of them (hash: N MiB)
 *
 * cc -O2 -Wno-deprecated-declarations engine.c -lcrypto
 */
#include <openssl/engine.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static ENGINE *engine;

static void die(const char *what) {
	fprintf(stderr, "engine: %s\n", what);
	exit(1);
}

static size_t unhex(const char *text, unsigned char *to) {
	size_t n = strlen(text) / 2;
	for (size_t i = 0; i < n; i++) {
		unsigned byte;
		if (sscanf(text + 2 * i, "%2x", &byte) != 1) die("not hexadecimal");
		to[i] = (unsigned char)byte;
	}
	return n;
}

static void answer(const unsigned char *bytes, size_t n) {
	for (size_t i = 0; i < n; i++) printf("%02x", bytes[i]);
	printf("\n");
}

static EVP_PKEY *private_key(const char *text) {
	static unsigned char der[4096];
	const unsigned char *at = der;
	size_t n = unhex(text, der);
	EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &at, (long)n);
	if (!key) die("no private key");
	return key;
}

static size_t sign(EVP_PKEY *key, const unsigned char *digest, size_t n, unsigned char *signature) {
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, engine);
	size_t size = 128;
	if (!ctx || EVP_PKEY_sign_init(ctx) <= 0 || EVP_PKEY_sign(ctx, signature, &size, digest, n) <= 0) die("sign");
	EVP_PKEY_CTX_free(ctx);
	return size;
}

static int verify(EVP_PKEY *key, const unsigned char *digest, size_t n, const unsigned char *signature, size_t size) {
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, engine);
	if (!ctx || EVP_PKEY_verify_init(ctx) <= 0) die("verify");
	int good = EVP_PKEY_verify(ctx, signature, size, digest, n) == 1;
	EVP_PKEY_CTX_free(ctx);
	return good;
}

static EVP_PKEY *generate(void) {
	EVP_PKEY *key = NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(OBJ_txt2nid("gost2012_512"), engine);
	if (!ctx || EVP_PKEY_keygen_init(ctx) <= 0 || EVP_PKEY_CTX_ctrl_str(ctx, "paramset", "A") <= 0 || EVP_PKEY_keygen(ctx, &key) <= 0)
		die("generate a key");
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static void hash(const unsigned char *message, size_t n, unsigned char *digest) {
	const EVP_MD *md = ENGINE_get_digest(engine, OBJ_txt2nid("md_gost12_512"));
	if (!md || !EVP_Digest(message, n, digest, NULL, md, engine)) die("hash");
}

static void speed(const char *what, long n) {
	static unsigned char block[1 << 20];
	unsigned char digest[64] = {1}, signature[128];
	EVP_PKEY *key = generate();
	size_t size = sign(key, digest, 64, signature);
	clock_t start = clock();
	for (long i = 0; i < n; i++) {
		if (!strcmp(what, "sign")) sign(key, digest, 64, signature);
		else if (!strcmp(what, "verify")) verify(key, digest, 64, signature, size);
		else if (!strcmp(what, "key")) EVP_PKEY_free(generate());
		else hash(block, sizeof block, digest);
	}
	printf("%.0f\n", (double)(clock() - start) * 1e9 / CLOCKS_PER_SEC);
	EVP_PKEY_free(key);
}

int main(void) {
	static char line[1 << 20], one[1 << 19], two[4096], three[4096], verb[16];
	static unsigned char a[1 << 18], b[4096], out[4096];
	ENGINE_load_builtin_engines();
	engine = ENGINE_by_id("gost");
	if (!engine || !ENGINE_init(engine) || !ENGINE_set_default(engine, ENGINE_METHOD_ALL)) die("no gost engine");
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof line, stdin)) {
		one[0] = two[0] = three[0] = 0;
		sscanf(line, "%15s %524287s %4095s %4095s", verb, one, two, three);
		if (!strcmp(verb, "hash")) {
			hash(a, unhex(one, a), out);
			answer(out, 64);
		} else if (!strcmp(verb, "public")) {
			unsigned char *der = NULL;
			EVP_PKEY *key = private_key(one);
			int n = i2d_PUBKEY(key, &der);
			if (n <= 0) die("no public key");
			answer(der, (size_t)n);
			OPENSSL_free(der);
			EVP_PKEY_free(key);
		} else if (!strcmp(verb, "sign")) {
			EVP_PKEY *key = private_key(one);
			size_t n = unhex(two, b);
			answer(out, sign(key, b, n, out));
			EVP_PKEY_free(key);
		} else if (!strcmp(verb, "verify")) {
			const unsigned char *at = a;
			size_t n = unhex(one, a);
			EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)n);
			if (!key) die("no public key");
			size_t d = unhex(two, b), s = unhex(three, out);
			printf("%s\n", verify(key, b, d, out, s) ? "good" : "bad");
			EVP_PKEY_free(key);
		} else if (!strcmp(verb, "speed")) {
			speed(one, atol(two));
		} else {
			die("unknown question");
		}
	}
	return 0;
}
