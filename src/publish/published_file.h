/* What the name of a published file says. Inner header of publish/. */
#pragma once

#include "stage.h"

/* The stage that made the file. */
enum stage published_stage(const char *name);
