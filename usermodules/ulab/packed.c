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

mp_obj_t packed_import(qstr name) {
    uint8_t *files = inflate();
    mp_obj_dict_t *globals = MP_OBJ_TO_PTR(mp_obj_new_dict(0));
    for (size_t place = 0; place < PACKED_SIZE;) {
        size_t len = files[place] | (size_t)files[place + 1] << 8;
        run_file(globals, files + place + 2, len);
        place += 2 + len;
    }
    m_del(uint8_t, files, PACKED_SIZE);
    mp_obj_module_t *module = m_new_obj(mp_obj_module_t);
    module->base.type = &mp_type_module;
    module->globals = globals;
    // Only now, so that what an exception left half done is not found.
    mp_obj_dict_store(MP_OBJ_FROM_PTR(&MP_STATE_VM(mp_loaded_modules_dict)), MP_OBJ_NEW_QSTR(name),
        MP_OBJ_FROM_PTR(module));
    return MP_OBJ_FROM_PTR(module);
}
