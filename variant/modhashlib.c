// The module `hashlib`, with the interface of MicroPython's own, which has MD5 and
// SHA-1 only together with a TLS library.

#include "py/runtime.h"

#include "hash.h"

typedef struct _hashlib_hash_obj_t {
    mp_obj_base_t base;
    bool final;
    hash_t hash;
} hashlib_hash_obj_t;

static void hashlib_ensure_not_final(const hashlib_hash_obj_t *self) {
    if (self->final) {
        mp_raise_ValueError(MP_ERROR_TEXT("hash is final"));
    }
}

static mp_obj_t hashlib_hash_update(mp_obj_t self_in, mp_obj_t data_in) {
    hashlib_hash_obj_t *self = MP_OBJ_TO_PTR(self_in);
    hashlib_ensure_not_final(self);
    mp_buffer_info_t data;
    mp_get_buffer_raise(data_in, &data, MP_BUFFER_READ);
    hash_update(&self->hash, data.buf, data.len);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(hashlib_hash_update_obj, hashlib_hash_update);

static size_t hashlib_hash_finish(mp_obj_t self_in, uint8_t digest[HASH_MAX_DIGEST_SIZE]) {
    hashlib_hash_obj_t *self = MP_OBJ_TO_PTR(self_in);
    hashlib_ensure_not_final(self);
    self->final = true;
    hash_finish(&self->hash, digest);
    return self->hash.algorithm->digest_size;
}

static mp_obj_t hashlib_hash_digest(mp_obj_t self_in) {
    uint8_t digest[HASH_MAX_DIGEST_SIZE];
    size_t size = hashlib_hash_finish(self_in, digest);
    return mp_obj_new_bytes(digest, size);
}
static MP_DEFINE_CONST_FUN_OBJ_1(hashlib_hash_digest_obj, hashlib_hash_digest);

static mp_obj_t hashlib_hash_hexdigest(mp_obj_t self_in) {
    uint8_t digest[HASH_MAX_DIGEST_SIZE];
    size_t size = hashlib_hash_finish(self_in, digest);
    char text[2 * HASH_MAX_DIGEST_SIZE];
    for (size_t i = 0; i < 2 * size; i++) {
        text[i] = "0123456789abcdef"[digest[i / 2] >> (i % 2 ? 0 : 4) & 15];
    }
    return mp_obj_new_str(text, 2 * size);
}
static MP_DEFINE_CONST_FUN_OBJ_1(hashlib_hash_hexdigest_obj, hashlib_hash_hexdigest);

static const mp_rom_map_elem_t hashlib_hash_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_update), MP_ROM_PTR(&hashlib_hash_update_obj) },
    { MP_ROM_QSTR(MP_QSTR_digest), MP_ROM_PTR(&hashlib_hash_digest_obj) },
    { MP_ROM_QSTR(MP_QSTR_hexdigest), MP_ROM_PTR(&hashlib_hash_hexdigest_obj) },
};
static MP_DEFINE_CONST_DICT(hashlib_hash_locals_dict, hashlib_hash_locals_dict_table);

static mp_obj_t hashlib_make_new(const mp_obj_type_t *type, const hash_algorithm_t *algorithm,
    size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 0, 1, false);
    hashlib_hash_obj_t *self = mp_obj_malloc(hashlib_hash_obj_t, type);
    self->final = false;
    hash_start(&self->hash, algorithm);
    if (n_args == 1) {
        hashlib_hash_update(MP_OBJ_FROM_PTR(self), args[0]);
    }
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t hashlib_md5_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    return hashlib_make_new(type, &hash_md5, n_args, n_kw, args);
}

static mp_obj_t hashlib_sha1_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    return hashlib_make_new(type, &hash_sha1, n_args, n_kw, args);
}

static mp_obj_t hashlib_sha256_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    return hashlib_make_new(type, &hash_sha256, n_args, n_kw, args);
}

static MP_DEFINE_CONST_OBJ_TYPE(
    hashlib_md5_type,
    MP_QSTR_md5,
    MP_TYPE_FLAG_NONE,
    make_new, hashlib_md5_make_new,
    locals_dict, &hashlib_hash_locals_dict
    );

static MP_DEFINE_CONST_OBJ_TYPE(
    hashlib_sha1_type,
    MP_QSTR_sha1,
    MP_TYPE_FLAG_NONE,
    make_new, hashlib_sha1_make_new,
    locals_dict, &hashlib_hash_locals_dict
    );

static MP_DEFINE_CONST_OBJ_TYPE(
    hashlib_sha256_type,
    MP_QSTR_sha256,
    MP_TYPE_FLAG_NONE,
    make_new, hashlib_sha256_make_new,
    locals_dict, &hashlib_hash_locals_dict
    );

static const mp_rom_map_elem_t hashlib_module_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_hashlib) },
    { MP_ROM_QSTR(MP_QSTR_md5), MP_ROM_PTR(&hashlib_md5_type) },
    { MP_ROM_QSTR(MP_QSTR_sha1), MP_ROM_PTR(&hashlib_sha1_type) },
    { MP_ROM_QSTR(MP_QSTR_sha256), MP_ROM_PTR(&hashlib_sha256_type) },
};
static MP_DEFINE_CONST_DICT(hashlib_module_globals, hashlib_module_globals_table);

const mp_obj_module_t hashlib_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&hashlib_module_globals,
};
MP_REGISTER_EXTENSIBLE_MODULE(MP_QSTR_hashlib, hashlib_module);
