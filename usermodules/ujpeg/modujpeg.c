#include "py/runtime.h"

#include "binding.h"

static const mp_rom_map_elem_t ujpeg_module_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_ujpeg) },
    { MP_ROM_QSTR(MP_QSTR_Decoder), MP_ROM_PTR(&ujpeg_decoder_type) },
    { MP_ROM_QSTR(MP_QSTR_decode), MP_ROM_PTR(&ujpeg_decode_obj) },
    { MP_ROM_QSTR(MP_QSTR_decode_to_file), MP_ROM_PTR(&ujpeg_decode_to_file_obj) },
    { MP_ROM_QSTR(MP_QSTR_encode), MP_ROM_PTR(&ujpeg_encode_obj) },
    { MP_ROM_QSTR(MP_QSTR_encode_to_file), MP_ROM_PTR(&ujpeg_encode_to_file_obj) },
    { MP_ROM_QSTR(MP_QSTR_frames), MP_ROM_PTR(&ujpeg_frames_type) },
    { MP_ROM_QSTR(MP_QSTR_info), MP_ROM_PTR(&ujpeg_info_obj) },
};
static MP_DEFINE_CONST_DICT(ujpeg_module_globals, ujpeg_module_globals_table);

const mp_obj_module_t ujpeg_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&ujpeg_module_globals,
};

MP_REGISTER_MODULE(MP_QSTR_ujpeg, ujpeg_module);
