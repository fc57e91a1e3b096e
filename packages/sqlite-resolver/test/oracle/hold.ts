/** Holds root, whom no mode stops, to the modes of files. */
export const HOLD = "setpriv";
export const HOLDING: readonly string[] = ["--bounding-set=-dac_override,-dac_read_search"];
