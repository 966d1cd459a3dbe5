/* 'review --export' and 'review --import': the speaker's review. Inner header of commands/. */
#pragma once

#include "cli.h"

/* What was given: checks the options without opening anything, and says what the command needs. */
command_function speaker_review_check;
command_function speaker_review_export, speaker_review_import;
