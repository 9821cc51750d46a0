// The version of these pages, which is that of the package they were built from.
declare const __VERSION__: string;

export const version: string = __VERSION__;
