/*
 * The plan of one part: its recording and cut, its verdict, its state, the outputs that are
 * published, and the jobs that can be done now. Commands, src/run and src/publish take all that
 * they report or do about a part from here, most of it from its state.
 *
 * This room derives part plans from the plan of the event (plan.h): it turns facts of the store
 * into job specs, and results into outputs. It never opens media and never writes anything. jobs.h
 * has the jobs of recordings, and says how a job starts.
 */
#pragma once

#include "chapters.h"
#include "frame_grid.h"
#include "job.h"
#include "part_clock.h"
#include "plan.h"
#include "verify.h"

enum output_kind { OUTPUT_RENDITION, OUTPUT_POSTER, OUTPUT_CAPTIONS, OUTPUT_STORYBOARD };

/* One file that a part is published as. */
struct output {
    enum output_kind kind;
    char *suffix;                          /* of the published file; owned: ".mp4" …, ".jpg" */
    const struct rendition *rendition;     /* OUTPUT_RENDITION; else NULL */
    const struct caption_source *captions; /* OUTPUT_CAPTIONS */
    int width, height;                     /* OUTPUT_RENDITION; 0: sound alone */
    char key[33];
    json_t *result; /* owned; NULL: not made yet */
    /* Owned; the encoders for which it is made again: see part_encoders.h. */
    char **made_again;
    size_t nb_made_again;
};

enum part_state {
    PART_GONE,     /* the talk is no longer in the programme */
    PART_SETTLED,  /* the user accepted that there is no recording */
    PART_WAITING,  /* nothing can be made now; obstacle says why */
    PART_TO_DO,    /* an output is missing and can be made */
    PART_HELD,     /* complete, but neither ok nor accepted, so it is not published */
    PART_COMPLETE, /* complete, and may be published */
};
/* "gone", "to do" …, as JSON says it; static. */
const char *part_state_name(enum part_state state);

/* Why a part waits. */
enum part_obstacle {
    OBSTACLE_NONE,
    OBSTACLE_UNSURE, /* the match is not certain */
    OBSTACLE_NO_RECORDING,
    OBSTACLE_NOT_PROBED,
    OBSTACLE_REFUSED, /* its recording can never be published: plan_refusal */
    OBSTACLE_NOT_ANALYSED,
    OBSTACLE_CUT_PROPOSED, /* in a recording of several talks; the user must take the cut */
    OBSTACLE_CUT_UNKNOWN,  /* the parts of the talk have no listed times */
    OBSTACLE_CUT_EMPTY,
    OBSTACLE_CARD,   /* the card's template or a picture cannot be read */
    OBSTACLE_ABSENT, /* the recording is needed, but does not exist now */
};

/* Pointers borrow from the plan of the event, except where the member is marked as owned. */
struct part_plan {
    const struct talk *talk;
    const struct part *part;
    const struct source *source; /* NULL: no recording */
    const struct match *match;   /* NULL: the talk is gone */
    enum part_state state;
    enum part_obstacle obstacle;
    const char *waiting; /* the obstacle, described for the user; NULL: none */
    char *waiting_text;  /* owned; the text that waiting points to if it names a file */
    /* verify */
    enum verdict verdict;
    char *cause;         /* owned; the reason for the verdict, for the user */
    int64_t measured_ms; /* -1: not known */
    int64_t lead_in_ms;  /* of measured_ms: not the talk's (lead_in.h) */
    bool accepted;       /* the user accepted this verdict of this cut */
    struct acceptance acceptance;
    bool held; /* neither ok nor accepted: made, but not published */
    /* the cut; valid if cut_known */
    struct frame_grid grid;
    int64_t begin, end;      /* frames begin to end - 1 of the recording */
    struct part_drop *drops; /* owned; breaks left out of it: see part_clock.h */
    size_t nb_drops;
    int64_t nb_frames;                  /* what is left */
    int sound_offset_ms;                /* how much later than recorded the sound is heard */
    int64_t whole_begin, whole_end;     /* what is published of the recording unless it is cut */
    int64_t picture_begin, picture_end; /* frames with pictures; outside, the nearest one is held */
    bool cut_known, cut_by_hand;
    bool cut_proposed;               /* in a recording of several talks; the user must take it */
    const struct room_cut *room_cut; /* the proposal; NULL: none, or not known yet */
    int64_t cut_moved_ms; /* how far the cut between two parts was moved to a quiet moment */
    /* the chapters */
    struct chapters chapters;   /* owned; as published, on the clock of files with a card */
    int64_t card_left_out_ms;   /* how much earlier they are if all files are sound alone; else 0 */
    size_t nb_chapters;         /* the same without one of the talk's title that was added */
    bool chapters_typed;        /* by the user; else they are those beside the recording */
    size_t nb_chapters_waiting; /* typed for another recording */
    struct caption_source *captions; /* owned; see captions_of_part */
    size_t nb_captions;
    /* the work */
    struct part_work *work; /* owned, private to part/; NULL: the part waits */
    struct job *jobs;       /* owned; those that can be done now */
    size_t nb_jobs;
    size_t nb_cells, nb_cells_done; /* sums over all renditions */
    double cost_left;               /* estimated cost of the jobs, in seconds of one core */
    double cost_later;              /* the same for assemblies that must wait for these jobs */
    struct output *outputs;         /* owned; those of renditions first */
    int64_t poster_frame;           /* that the user chose, of the recording; -1: none */
    int64_t storyboard_ms; /* the length of the file that the storyboard shows; 0: it has none */
    size_t nb_outputs, nb_outputs_done;
    bool on_other; /* a machine of another architecture made it, see part_encoders.h */
};

/* Plans one part. *out is untouched on failure. */
ATTR_NODISCARD int plan_part(struct part_plan *out, const struct plan *plan,
                             const struct talk *talk, const struct part *part, struct err *err);
void part_plan_finish(struct part_plan *part);
/* Frees what is needed to start jobs. States, counts, outputs and the jobs' keys remain. */
void part_plan_drop_work(struct part_plan *part);
/* Also frees the jobs and the outputs' results. */
void part_plan_trim(struct part_plan *part);
#define AUTO_PART_PLAN ATTR_CLEANUP(part_plan_finish) struct part_plan

/* The clock of a part whose cut is known; borrows from it. */
struct part_clock part_clock_of(const struct part_plan *part);
/* A time of its recording on the part's clock (without its card), and the other way round. Within a
 * break: at the joint. */
int64_t part_ms(const struct part_plan *part, int64_t recording_ms);
int64_t part_recording_ms(const struct part_plan *part, int64_t part_ms);
int64_t part_length_ms(const struct part_plan *part);
/* The breaks as an acceptance keeps them: "100-200,300-400", "" if there are none. A new string. */
char *part_drops_text(const struct part_plan *part);

/* Whether everything is made: PART_HELD or PART_COMPLETE. */
bool part_plan_made(const struct part_plan *part);

/* The name of the rendition that the job makes; i < job->nb_renditions. */
const char *part_job_rendition(const struct part_plan *part, const struct job *job, size_t i);

/* The blocks of WebVTT files that are no cues and were left out of the part's captions, described
 * for the user: a new string, or NULL. */
char *part_captions_left_out(const struct part_plan *part);

/* What the recording's probe and analysis say of its damage, its ends, its picture and its sound:
 * sets these members of *facts. The recording must be probed. */
void part_media_facts(struct verify_facts *facts, const struct part_plan *part);

/* The texts of a part's card. *out borrows from the settings, the programme and from *speakers,
 * *date and *label, which the caller frees. */
struct card_text;
void part_card_text(struct card_text *out, char **speakers, char **date, char **label,
                    const struct settings *settings, const struct programme *programme,
                    const struct talk *talk, const struct part *part);

/* Appends the keys of all outputs of the part and of all pieces of them, made or not, to a list
 * that the caller frees. */
ATTR_NODISCARD int plan_keys(char (**out)[33], size_t *out_nb, const struct plan *plan,
                             const struct talk *talk, const struct part *part, struct err *err);
