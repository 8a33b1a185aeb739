/** @file
 * Which warmhello this is.
 */
#ifndef WARMHELLO_VERSION_H
#define WARMHELLO_VERSION_H

/** Major, minor and patch, as in semantic versioning. */
#define WH_VERSION_STRING "0.1.0"

#endif
