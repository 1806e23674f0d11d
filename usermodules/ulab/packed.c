#include <string.h>

#include "lib/uzlib/uzlib.h"
#include "py/nlr.h"
#include "py/persistentcode.h"
#include "py/runtime.h"

#include "packed.h"

#ifndef NO_QSTR
#include "ulab/packed_block.h"
#else
#define PACKED_SIZE (0)
static const uint8_t packed_block[1];
#endif

static uint8_t *inflate(void) {
    uint8_t *files = m_new(uint8_t, PACKED_SIZE);
    uzlib_uncomp_t *inflater = m_new0(uzlib_uncomp_t, 1);
    inflater->source = packed_block;
    inflater->source_limit = packed_block + sizeof(packed_block);
    inflater->dest_start = inflater->dest = files;
    inflater->dest_limit = files + PACKED_SIZE;
    uzlib_uncompress_init(inflater, NULL, 0);
    uzlib_uncompress(inflater);
    m_del(uzlib_uncomp_t, inflater, 1);
    return files;
}

static void run_file(mp_obj_dict_t *globals, const uint8_t *code, size_t len) {
    mp_module_context_t *context = m_new_obj(mp_module_context_t);
    context->module.base.type = &mp_type_module;
    context->module.globals = globals;
    mp_compiled_module_t compiled = { .context = context };
    mp_raw_code_load_mem(code, len, &compiled);
    mp_obj_t function = mp_make_function_from_proto_fun(compiled.rc, context, NULL);
    nlr_jump_callback_node_globals_locals_t caller = { .globals = mp_globals_get(), .locals = mp_locals_get() };
    mp_globals_set(globals);
    mp_locals_set(globals);
    nlr_push_jump_callback(&caller.callback, mp_globals_locals_set_from_nlr_jump_callback);
    mp_call_function_0(function);
    nlr_pop_jump_callback(true);
}

static mp_obj_t lookup(const mp_map_t *map, qstr name) {
    const mp_map_elem_t *found = mp_map_lookup((mp_map_t *)map, MP_OBJ_NEW_QSTR(name), MP_MAP_LOOKUP);
    return found == NULL ? MP_OBJ_NULL : found->value;
}

static mp_obj_t import(qstr key) {
    mp_obj_dict_t *loaded = &MP_STATE_VM(mp_loaded_modules_dict);
    mp_obj_t found = lookup(&loaded->map, key);
    if (found != MP_OBJ_NULL) {
        return found;
    }
    const char *name = strrchr(qstr_str(key), '.') + 1;
    uint8_t *files = inflate();
    mp_obj_dict_t *globals = MP_OBJ_TO_PTR(mp_obj_new_dict(0));
    for (uint8_t *file = files; file < files + PACKED_SIZE;) {
        const char *of = (const char *)file;
        file += strlen(of) + 1;
        size_t len = file[0] | (size_t)file[1] << 8;
        if (strcmp(of, name) == 0) {
            run_file(globals, file + 2, len);
        }
        file += 2 + len;
    }
    m_del(uint8_t, files, PACKED_SIZE);
    mp_obj_module_t *module = m_new_obj(mp_obj_module_t);
    module->base.type = &mp_type_module;
    module->globals = globals;
    // Only now, so that what an exception left half done is not found.
    mp_obj_dict_store(MP_OBJ_FROM_PTR(loaded), MP_OBJ_NEW_QSTR(key), MP_OBJ_FROM_PTR(module));
    return MP_OBJ_FROM_PTR(module);
}

mp_obj_t packed_name(qstr key, qstr name) {
    return lookup(&mp_obj_module_get_globals(import(key))->map, name);
}

void packed_attr(mp_obj_t module, qstr name, mp_obj_t *dest) {
    // What starts with an underscore is private, or asked for by the interpreter.
    if (dest[0] == MP_OBJ_NULL && *qstr_str(name) != '_') {
        mp_obj_t key = lookup(&mp_obj_module_get_globals(module)->map, MP_QSTR___package__);
        dest[0] = packed_name(MP_OBJ_QSTR_VALUE(key), name);
    }
}
