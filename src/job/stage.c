#include "stage.h"

#include <string.h>

static const char *const names[NB_STAGES] = {
    [STAGE_PROBE] = "probe",       [STAGE_ANALYSE] = "analyse",   [STAGE_CARD] = "card",
    [STAGE_CELL] = "cell",         [STAGE_SOUND] = "sound",       [STAGE_POSTER] = "poster",
    [STAGE_CAPTIONS] = "captions", [STAGE_ASSEMBLE] = "assemble", [STAGE_STORYBOARD] = "storyboard",
    [STAGE_PREVIEW] = "preview",   [STAGE_THUMBS] = "thumbs",
};

const char *stage_name(enum stage stage)
{
    return names[stage];
}

bool stage_parse(enum stage *out, const char *name)
{
    for (int i = 0; i < NB_STAGES; i++)
        if (strcmp(names[i], name) == 0) {
            *out = (enum stage)i;
            return true;
        }
    return false;
}
