// ulab.scipy.special

#include "py/objmodule.h"

#include "special.h"
#include "universal.h"

static const universal_t erf_obj = UNIVERSAL(.real = special_erf);
static const universal_t erfc_obj = UNIVERSAL(.real = special_erfc);
static const universal_t gamma_obj = UNIVERSAL(.real = special_gamma);
static const universal_t gammaln_obj = UNIVERSAL(.real = special_gammaln);

static const mp_rom_map_elem_t special_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_special) },
    { MP_ROM_QSTR(MP_QSTR_erf), MP_ROM_PTR(&erf_obj) },
    { MP_ROM_QSTR(MP_QSTR_erfc), MP_ROM_PTR(&erfc_obj) },
    { MP_ROM_QSTR(MP_QSTR_gamma), MP_ROM_PTR(&gamma_obj) },
    { MP_ROM_QSTR(MP_QSTR_gammaln), MP_ROM_PTR(&gammaln_obj) },
};
static MP_DEFINE_CONST_DICT(special_globals, special_globals_table);

const mp_obj_module_t ulab_scipy_special_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&special_globals,
};
