// time.sleep_ms() of the unix port keeps the global lock while it waits, so that
// no other thread runs. This one gives it up.

#include <unistd.h>

#include "py/mphal.h"
#include "py/mpthread.h"
#include "py/runtime.h"

// What other threads and signals schedule waits no longer than this.
#define SLICE_MS (5)

void variant_delay_ms(uintptr_t milliseconds) {
    mp_uint_t start = mp_hal_ticks_ms();
    for (;;) {
        mp_event_handle_nowait();
        mp_uint_t passed = mp_hal_ticks_ms() - start;
        if (passed >= milliseconds) {
            return;
        }
        MP_THREAD_GIL_EXIT();
        usleep(1000 * MIN(milliseconds - passed, SLICE_MS));
        MP_THREAD_GIL_ENTER();
    }
}
