/* docs/model.md, built into the program. */
#include <stdio.h>

#include "base/asset.h"
#include "cli/list_data.h"

QD_ASSET(model, QD_MODEL_TEXT);

void qd_cli_print_model(void)
{
    fwrite(qd_asset_model, 1, (size_t)(qd_asset_model_end - qd_asset_model), stdout);
}
