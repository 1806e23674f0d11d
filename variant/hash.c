// The hash functions of HTTP Digest, WebSocket and package checksums. All three
// share one construction (Merkle and Damgard's): blocks of 64 bytes change a few
// 32-bit words, and the padded end of the last block tells the length.

#include <string.h>

#include "hash.h"

static uint32_t rotate_left(uint32_t word, unsigned bits) {
    return word << bits | word >> (32 - bits);
}

static uint32_t load_little_endian(const uint8_t *bytes) {
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static uint32_t load_big_endian(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | (uint32_t)bytes[3];
}

// RFC 1321: the first 32 bits of the fraction of |sin(1)|, |sin(2)|, ...
static const uint32_t md5_constants[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a,
    0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be,
    0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340,
    0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8,
    0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c,
    0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa,
    0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92,
    0xffeff47d, 0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1,
    0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};

static const uint8_t md5_rotations[4][4] = {
    { 7, 12, 17, 22 },
    { 5, 9, 14, 20 },
    { 4, 11, 16, 23 },
    { 6, 10, 15, 21 },
};

static void md5_transform(uint32_t state[8], const uint8_t block[HASH_BLOCK_SIZE]) {
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    for (unsigned i = 0; i < 64; i++) {
        uint32_t mixed;
        unsigned word;
        switch (i / 16) {
            case 0:
                mixed = (b & c) | (~b & d);
                word = i;
                break;
            case 1:
                mixed = (b & d) | (c & ~d);
                word = 5 * i + 1;
                break;
            case 2:
                mixed = b ^ c ^ d;
                word = 3 * i + 5;
                break;
            default:
                mixed = c ^ (b | ~d);
                word = 7 * i;
                break;
        }
        mixed += a + md5_constants[i] + load_little_endian(block + 4 * (word % 16));
        a = d;
        d = c;
        c = b;
        b += rotate_left(mixed, md5_rotations[i / 16][i % 4]);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
}

// FIPS 180-4, section 6.1.2
static void sha1_transform(uint32_t state[8], const uint8_t block[HASH_BLOCK_SIZE]) {
    uint32_t schedule[80];
    for (unsigned i = 0; i < 16; i++) {
        schedule[i] = load_big_endian(block + 4 * i);
    }
    for (unsigned i = 16; i < 80; i++) {
        schedule[i] = rotate_left(schedule[i - 3] ^ schedule[i - 8] ^ schedule[i - 14] ^ schedule[i - 16], 1);
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (unsigned i = 0; i < 80; i++) {
        uint32_t mixed;
        switch (i / 20) {
            case 0:
                mixed = ((b & c) | (~b & d)) + 0x5a827999;
                break;
            case 1:
                mixed = (b ^ c ^ d) + 0x6ed9eba1;
                break;
            case 2:
                mixed = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
                break;
            default:
                mixed = (b ^ c ^ d) + 0xca62c1d6;
                break;
        }
        mixed += rotate_left(a, 5) + e + schedule[i];
        e = d;
        d = c;
        c = rotate_left(b, 30);
        b = a;
        a = mixed;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

// FIPS 180-4: the first 32 bits of the fraction of the cube roots of the primes
static const uint32_t sha256_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

// FIPS 180-4, section 6.2.2
static void sha256_transform(uint32_t state[8], const uint8_t block[HASH_BLOCK_SIZE]) {
    uint32_t schedule[64];
    for (unsigned i = 0; i < 16; i++) {
        schedule[i] = load_big_endian(block + 4 * i);
    }
    for (unsigned i = 16; i < 64; i++) {
        uint32_t early = schedule[i - 15], late = schedule[i - 2];
        schedule[i] = schedule[i - 16] + schedule[i - 7]
            + (rotate_left(early, 25) ^ rotate_left(early, 14) ^ early >> 3)
            + (rotate_left(late, 15) ^ rotate_left(late, 13) ^ late >> 10);
    }
    // work[0] to work[7] are the standard's a to h.
    uint32_t work[8];
    memcpy(work, state, sizeof(work));
    for (unsigned i = 0; i < 64; i++) {
        uint32_t a = work[0], b = work[1], c = work[2], e = work[4], f = work[5], g = work[6];
        uint32_t first = work[7] + (rotate_left(e, 26) ^ rotate_left(e, 21) ^ rotate_left(e, 7))
            + ((e & f) ^ (~e & g)) + sha256_constants[i] + schedule[i];
        uint32_t second = (rotate_left(a, 30) ^ rotate_left(a, 19) ^ rotate_left(a, 10))
            + ((a & b) ^ (a & c) ^ (b & c));
        memmove(work + 1, work, 7 * sizeof(uint32_t));
        work[4] += first;
        work[0] = first + second;
    }
    for (unsigned i = 0; i < 8; i++) {
        state[i] += work[i];
    }
}

const hash_algorithm_t hash_md5 = {
    .initial_state = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 },
    .transform = md5_transform,
    .digest_size = 16,
    .big_endian = false,
};

const hash_algorithm_t hash_sha1 = {
    .initial_state = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 },
    .transform = sha1_transform,
    .digest_size = 20,
    .big_endian = true,
};

const hash_algorithm_t hash_sha256 = {
    .initial_state = {
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    },
    .transform = sha256_transform,
    .digest_size = 32,
    .big_endian = true,
};

void hash_start(hash_t *hash, const hash_algorithm_t *algorithm) {
    hash->algorithm = algorithm;
    hash->length = 0;
    memcpy(hash->state, algorithm->initial_state, sizeof(hash->state));
}

void hash_update(hash_t *hash, const uint8_t *data, size_t length) {
    size_t filled = hash->length % HASH_BLOCK_SIZE;
    hash->length += length;
    while (length > 0) {
        size_t piece = HASH_BLOCK_SIZE - filled;
        if (piece > length) {
            piece = length;
        }
        memcpy(hash->block + filled, data, piece);
        data += piece;
        length -= piece;
        filled += piece;
        if (filled == HASH_BLOCK_SIZE) {
            hash->algorithm->transform(hash->state, hash->block);
            filled = 0;
        }
    }
}

void hash_finish(hash_t *hash, uint8_t *digest) {
    const hash_algorithm_t *algorithm = hash->algorithm;
    uint64_t bits = hash->length * 8;
    uint8_t length_bytes[8];
    for (unsigned i = 0; i < 8; i++) {
        length_bytes[algorithm->big_endian ? 7 - i : i] = (uint8_t)(bits >> 8 * i);
    }
    static const uint8_t padding[HASH_BLOCK_SIZE] = { 0x80 };
    size_t room = HASH_BLOCK_SIZE - (hash->length + sizeof(length_bytes)) % HASH_BLOCK_SIZE;
    hash_update(hash, padding, room);
    hash_update(hash, length_bytes, sizeof(length_bytes));
    for (unsigned i = 0; i < algorithm->digest_size; i++) {
        unsigned byte = algorithm->big_endian ? 3 - i % 4 : i % 4;
        digest[i] = (uint8_t)(hash->state[i / 4] >> 8 * byte);
    }
}
