/* An engine that the test plays: what it is asked for is counted, and it shows what the test says.
 */
#pragma once

#include <stdbool.h>

#include "engine.h"

struct fake {
    struct engine_view view;
    int nb_started, nb_cancelled;
    bool *destroyed; /* set when it is; NULL: nobody asks */
};

extern const struct engine_ops fake_ops;
