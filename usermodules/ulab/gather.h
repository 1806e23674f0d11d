// Items and sub-arrays at any places of an array. A place is an offset in bytes
// from the first item.

#ifndef ULAB_GATHER_H
#define ULAB_GATHER_H

#include "strided.h"

// Flags that are not zero.
size_t flags_count(const strided_t *flags);

// The offsets in `array`, which has the shape of the flags, where these are not
// zero: as many as flags_count() tells.
void offsets_of_flags(ptrdiff_t *offsets, const strided_t *flags, const strided_t *array);

// The offsets of integers that count along an axis, from its end where they are
// negative. False with `*wrong` where one is outside.
bool offsets_of_integers(ptrdiff_t *offsets, const strided_t *integers, size_t size, ptrdiff_t stride,
    int32_t *wrong);

// Dense offsets, to which others of the same shape are added.
void offsets_add(const strided_t *sum, const strided_t *more);

// Between the sub-arrays like `sub` at dense offsets, and those of `other`: its
// axes from `axis` on are those of the offsets, the rest are those of `sub`.
void offsets_read(const strided_t *sub, const strided_t *other, size_t axis, const strided_t *offsets);
void offsets_write(const strided_t *sub, const strided_t *other, size_t axis, const strided_t *offsets);

#endif // ULAB_GATHER_H
