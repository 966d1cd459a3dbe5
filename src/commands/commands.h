/* The functions of the commands, one file each; verbs.c has the table that calls them. */
#pragma once

#include "cli.h"

command_function cmd_add, check_add, cmd_captions, check_captions, cmd_card, check_card,
    cmd_chapter, check_chapter, cmd_complete, cmd_cut, check_cut, cmd_export, check_export, cmd_gc,
    cmd_import, cmd_init, cmd_language, check_language, cmd_list, cmd_match, check_match, cmd_pilot,
    cmd_poster, check_poster, cmd_publish, check_publish, cmd_rehearse, check_rehearse, cmd_remove,
    cmd_report, check_report, cmd_review, check_review, cmd_run, check_run, cmd_sound, cmd_status,
    check_status, cmd_undo, check_undo, cmd_verify, check_verify, cmd_watch, cmd_why;

/* In the order of the overview. The last has no name. */
extern const struct verb command_verbs[];

/* Opens what a command needs, runs it and closes it: for struct cli_program. */
command_function command_run;
