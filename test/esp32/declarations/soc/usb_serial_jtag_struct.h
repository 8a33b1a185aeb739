/* soc/esp32c3/include/soc/usb_serial_jtag_struct.h; the struct has more registers there. */
#ifndef SOC_USB_SERIAL_JTAG_STRUCT_H
#define SOC_USB_SERIAL_JTAG_STRUCT_H

#include <stdint.h>

typedef struct usb_serial_jtag_dev_s {
    volatile union {
        struct {
            uint32_t sof_frame_index : 11;
        };
        uint32_t val;
    } fram_num;
} usb_serial_jtag_dev_t;

extern usb_serial_jtag_dev_t USB_SERIAL_JTAG;

#endif
