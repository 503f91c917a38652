/* The log of the calls that shim.c counts, with their places in the program. */
#ifndef QD_SHIM_LOG_H
#define QD_SHIM_LOG_H

/* Takes QD_FAULT_LOG or QD_FAULT_PLACES, and QD_FAULT_MET; call it first. */
void open_log(void);

/* Appends a line for call `number`, where there is a log. `object` NULL: the library that called. */
void log_call(long number, const char *operation, const char *object);

/* The same for a call that fails, in the file of QD_FAULT_MET. */
void log_failure(long number, const char *operation, const char *object);

#endif
