#include "rehearse.h"
