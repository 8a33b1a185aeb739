/* What DeviceScript's firmware says it is; its own project has this written by a script. */
extern const char app_fw_version[];
const char app_fw_version[] = "v2.16.4-warmhello";
