#ifndef BRANCHES_H
#define BRANCHES_H

#include <stddef.h>
#include <stdint.h>

// Calls tell how far it is to their function. In a packed file they tell where
// it is instead, the same for all calls of one function, which packs better; so
// does in AArch64 what takes an address. mpycam/eap/packed.py does that, and this
// undoes it.
void branches_restore(uint8_t *code, size_t size);

#endif
