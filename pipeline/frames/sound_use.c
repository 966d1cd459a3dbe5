#include <string.h>

#include "reader.h"

static const char *const use_names[SOUND_NB_USES] = {"both", "left", "right", "invert"};

const char *sound_use_name(enum sound_use use)
{
    return use_names[use];
}

bool sound_use_parse(enum sound_use *out, const char *name)
{
    for (int i = 0; i < SOUND_NB_USES; i++)
        if (strcmp(use_names[i], name) == 0) {
            *out = (enum sound_use)i;
            return true;
        }
    return false;
}
