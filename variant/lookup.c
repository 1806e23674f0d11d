// Globals, attributes and keyword arguments are looked up as names in hash tables of
// names. MicroPython's own search divides at every place that it comes to, which
// processors of ARMv7 cameras do in software; it has the same places, and the rest.

#include "py/obj.h"
#include "py/qstr.h"

mp_map_elem_t *map_lookup_in_full(mp_map_t *map, mp_obj_t key, mp_map_lookup_kind_t kind);

mp_map_elem_t *mp_map_lookup(mp_map_t *map, mp_obj_t key, mp_map_lookup_kind_t kind) {
    if (!map->all_keys_are_qstrs || map->is_ordered || map->alloc == 0 || !mp_obj_is_qstr(key)
        || kind == MP_MAP_LOOKUP_REMOVE_IF_FOUND) {
        return map_lookup_in_full(map, key, kind);
    }
    size_t place = qstr_hash(MP_OBJ_QSTR_VALUE(key)) % map->alloc;
    mp_map_elem_t *available = NULL;
    for (size_t left = map->alloc; left > 0; left--) {
        mp_map_elem_t *element = &map->table[place];
        if (element->key == key) {
            return element;
        }
        if (available == NULL && (element->key == MP_OBJ_NULL || element->key == MP_OBJ_SENTINEL)) {
            available = element;
        }
        if (element->key == MP_OBJ_NULL) {
            break;
        }
        place++;
        if (place == map->alloc) {
            place = 0;
        }
    }
    if (kind == MP_MAP_LOOKUP) {
        return NULL;
    }
    if (available == NULL) {
        return map_lookup_in_full(map, key, kind);
    }
    map->used++;
    available->key = key;
    available->value = MP_OBJ_NULL;
    return available;
}
