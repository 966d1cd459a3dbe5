/*
 * The stages: one for each kind of job. This is the only list of them. Everything that is counted
 * or looked up by stage is an array of NB_STAGES.
 */
#pragma once

#include <stdbool.h>

enum stage {
    STAGE_PROBE,      /* of a recording: streams, frame grid, cells, damage */
    STAGE_ANALYSE,    /* of a recording: loudness, silence, black */
    STAGE_CARD,       /* a part's title card, as a segment */
    STAGE_CELL,       /* a cell of a recording, as segments of one or several renditions */
    STAGE_SOUND,      /* a part's sound, as tracks for one or several renditions */
    STAGE_POSTER,     /* a part's still picture */
    STAGE_CAPTIONS,   /* a part's captions in one language */
    STAGE_ASSEMBLE,   /* a finished file, checked */
    STAGE_STORYBOARD, /* a sheet of small pictures of a finished file */
    STAGE_PREVIEW,    /* a segment of a recording's preview: picture or sound */
    STAGE_THUMBS,     /* a sheet of small pictures along a recording */
    NB_STAGES,
};

/* The name in specs, the store and JSON output: "probe", "analyse" … A constant. */
const char *stage_name(enum stage stage);
/* Returns false, and leaves *out, if no stage has that name. */
bool stage_parse(enum stage *out, const char *name);
