#include <string.h>

#include "py/frozenmod.h"
#include "py/objstr.h"
#include "py/runtime.h"

#include "frozen.h"
#include "packed.h"

static mp_obj_t lookup(const mp_map_t *map, qstr name) {
    const mp_map_elem_t *found = mp_map_lookup((mp_map_t *)map, MP_OBJ_NEW_QSTR(name), MP_MAP_LOOKUP);
    return found == NULL ? MP_OBJ_NULL : found->value;
}

static mp_obj_t loaded(qstr name) {
    return lookup(&MP_STATE_VM(mp_loaded_modules_dict).map, name);
}

static mp_obj_t import(qstr name) {
    mp_obj_t module = loaded(name);
    if (module != MP_OBJ_NULL) {
        return module;
    }
    if (name == MP_QSTR_ulab_dot_numpy_dot___init__) {
        return packed_import(name);
    }
    return mp_import_name(name, mp_const_true, MP_OBJ_NEW_SMALL_INT(0));
}

mp_obj_t frozen_name(qstr module, qstr name) {
    return lookup(&mp_obj_module_get_globals(import(module))->map, name);
}

// The name under which a file in the folder of a module's Python is imported,
// or MP_QSTRnull where there is no such file.
static qstr file_name(const mp_map_t *globals, const char *file) {
    mp_obj_t folder = lookup(globals, MP_QSTR___path__);
    if (folder == MP_OBJ_NULL || strlen(file) > 16) {
        return MP_QSTRnull;
    }
    VSTR_FIXED(path, 64);
    vstr_printf(&path, "%s/%s.py", mp_obj_str_get_str(folder) + strlen(".frozen/"), file);
    if (mp_find_frozen_module(vstr_null_terminated_str(&path), NULL, NULL) != MP_IMPORT_STAT_FILE) {
        return MP_QSTRnull;
    }
    for (char *c = path.buf; (c = strchr(c, '/')) != NULL;) {
        *c = '.';
    }
    return qstr_from_strn(path.buf, path.len - strlen(".py"));
}

void frozen_attr(mp_obj_t module, qstr name, mp_obj_t *dest) {
    const mp_map_t *globals = &mp_obj_module_get_globals(module)->map;
    const char *text = qstr_str(name);
    bool store = dest[0] != MP_OBJ_NULL;
    if (!store) {
        if (*text == '_') {
            return; // private, or asked for by the interpreter
        }
        mp_obj_t init = lookup(globals, MP_QSTR___package__);
        if (init != MP_OBJ_NULL) {
            dest[0] = frozen_name(MP_OBJ_QSTR_VALUE(init), name);
            if (dest[0] != MP_OBJ_NULL) {
                return;
            }
        }
    }
    qstr file = file_name(globals, text);
    if (file == MP_QSTRnull) {
        return;
    }
    if (!store) {
        dest[0] = import(file);
    } else if (dest[1] != MP_OBJ_NULL && dest[1] == loaded(file)) {
        // The import itself hands the module over, which is found without.
        dest[0] = MP_OBJ_NULL;
    }
}
