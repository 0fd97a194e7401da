/** What is used of jasmine-core, which brings no types. */
declare module 'jasmine-core' {
  export function noGlobals(fresh: boolean): import('./jasmine').Words;
}
