/* Listed against measured: one part's verdict and the cause of a difference. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct programme;

enum verdict {
    VERDICT_OK,
    VERDICT_SHORT,
    VERDICT_LONG,
    VERDICT_MISSING, /* no recording */
    VERDICT_UNCLEAR, /* not sure which recording */
    VERDICT_DAMAGED, /* something in it does not decode, or is not there */
};
const char *verdict_name(enum verdict verdict);

/* What is known of a part. Times in milliseconds; -1 where not known. */
struct verify_facts {
    int talk, part;
    int listed_s;         /* 0: the programme states none */
    int slot_s;           /* planned in a timetable: counts where no time is listed; 0: none */
    int64_t measured_ms;  /* of the cut */
    int64_t recording_ms; /* of the whole recording */
    bool whole_recording; /* the cut is all of it */
    bool runs_to_end;     /* the cut ends where the recording does */
    bool cut_by_hand;
    bool shares_recording;  /* with the talk's other parts */
    bool unclear;           /* which recording it is, or where in it */
    const char *match_note; /* why, or what else is suspicious; may be NULL */
    const char *refusal;    /* why the recording cannot be read; may be NULL */
    const char *truncated;  /* what the probe says of a cut-off file; may be NULL */
    bool no_sound;
    bool no_picture;         /* sound alone, published with its card as the picture */
    const char *sound_error; /* of no_sound: why the sound that is there cannot be used, or NULL */
    const char *sound_note;  /* what a listener will hear, which is no verdict; or NULL */
    bool absent;             /* the file is not there now; what is known of it is from before */
    int64_t gap_at_ms, gap_ms; /* the longest gap; 0: none; below 0: the clock goes back */
    /* From the analysis; all -1 where it has not been made. */
    int64_t silence_head_ms, silence_tail_ms, black_head_ms, black_tail_ms;
    int sound_at_end;
    int64_t nb_damaged, damaged_at_ms; /* pictures or packets that do not decode */
    const char *damage;                /* the decoder's word; may be NULL */
};

/* A listed time is a measurement: the part has it within the tolerance. A slot is a bound: a talk
 * may end early, run over by so much, but not fill less than half of it, and its recording must not
 * end in mid-talk. */
struct verify_limits {
    int tolerance_ms, overrun_ms;
};

/* Works the verdict out; *cause is a new string (empty for ok without remark). */
enum verdict verify_part(char **cause, const struct verify_facts *facts,
                         const struct programme *programme, const struct verify_limits *limits);
