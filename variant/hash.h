// MD5, SHA-1 and SHA-256 over data that arrives in pieces. Nothing here knows of
// Python or takes memory.

#ifndef MPYCAM_HASH_H
#define MPYCAM_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HASH_BLOCK_SIZE (64)
#define HASH_MAX_DIGEST_SIZE (32)

typedef struct _hash_algorithm_t {
    uint32_t initial_state[8];
    void (*transform)(uint32_t state[8], const uint8_t block[HASH_BLOCK_SIZE]);
    uint8_t digest_size;
    bool big_endian;
} hash_algorithm_t;

extern const hash_algorithm_t hash_md5;
extern const hash_algorithm_t hash_sha1;
extern const hash_algorithm_t hash_sha256;

typedef struct _hash_t {
    const hash_algorithm_t *algorithm;
    uint64_t length;
    uint32_t state[8];
    uint8_t block[HASH_BLOCK_SIZE];
} hash_t;

void hash_start(hash_t *hash, const hash_algorithm_t *algorithm);
void hash_update(hash_t *hash, const uint8_t *data, size_t length);
// Writes algorithm->digest_size bytes; the hash cannot be used afterwards.
void hash_finish(hash_t *hash, uint8_t *digest);

#endif
