/*
 * The stages of the work: one for each kind of job. The only list of them; everything that is
 * counted or looked up by stage is an array of NB_STAGES.
 */
#pragma once

#include <stdbool.h>

enum stage {
    STAGE_PROBE,    /* a recording: streams, frame grid, cells, damage */
    STAGE_ANALYSE,  /* a recording: loudness, silence, black */
    STAGE_CARD,     /* a part's title card, as a segment */
    STAGE_CELL,     /* a cell of a recording, as segments of one or several renditions */
    STAGE_SOUND,    /* a part's sound, as tracks for one or several renditions */
    STAGE_POSTER,   /* a part's still picture */
    STAGE_CAPTIONS, /* a part's captions in one language */
    STAGE_ASSEMBLE, /* a finished file, checked */
    NB_STAGES,
};

/* "probe", "analyse" …: as specs, the store and JSON output name it. A constant. */
const char *stage_name(enum stage stage);
/* False if no stage has that name. */
bool stage_parse(enum stage *out, const char *name);
