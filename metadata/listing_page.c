#include "listing_page.h"
