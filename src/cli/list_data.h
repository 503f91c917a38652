/* The registry as data, for other programs. */
#ifndef QD_CLI_LIST_DATA_H
#define QD_CLI_LIST_DATA_H

#include <stdbool.h>

/* Prints the table of that name (parameters, outcomes, doctrines, orders) as a JSON array of objects or as CSV with a header;
 * bounds and defaults that are infinite are null, or empty. False, and nothing is printed, where there is none. */
bool qd_cli_list_data(const char *name, bool json);

/* Prints the text of the model, docs/model.md. */
void qd_cli_print_model(void);

#endif
