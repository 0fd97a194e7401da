/**
 * PJRT's table of functions: five words (its size, extensions, the version's three), then the address of each function in
 * the order of the header. It only grows at its end, and says by its size how far it goes.
 *
 * @see pjrt_c_api.h, version 0.81, `struct PJRT_Api`.
 */

/** Byte offset of each function that is used. */
export const functionOffsets = {
  Error_Destroy: 40,
  Error_Message: 48,
  Error_GetCode: 56,
  Plugin_Initialize: 64,
  Plugin_Attributes: 72,
  Event_Destroy: 80,
  Event_IsReady: 88,
  Event_Await: 104,
  Event_OnReady: 112,
  Client_Create: 120,
  Client_Destroy: 128,
  Client_PlatformName: 136,
  Client_PlatformVersion: 152,
  Client_AddressableDevices: 168,
  Client_Compile: 200,
  Client_BufferFromHostBuffer: 216,
  DeviceDescription_Kind: 248,
  DeviceDescription_ToString: 264,
  Device_GetDescription: 272,
  Device_MemoryStats: 312,
  Executable_Destroy: 360,
  Executable_NumOutputs: 392,
  Executable_Serialize: 432,
  LoadedExecutable_Destroy: 440,
  LoadedExecutable_GetExecutable: 448,
  LoadedExecutable_Execute: 480,
  Executable_DeserializeAndLoad: 488,
  Buffer_Destroy: 504,
  Buffer_ElementType: 512,
  Buffer_Dimensions: 520,
  Buffer_IsDeleted: 584,
  Buffer_ToHostBuffer: 600,
  Buffer_UnsafePointer: 624,
  Executable_GetCompiledMemoryStats: 808,
} as const;

/** The version whose header the kit was written after. */
export const leastVersion = { major: 0, minor: 81 } as const;

export type FunctionName = keyof typeof functionOffsets;

/** The last function of the table that the kit calls: a plugin whose table ends before it is too old. */
export const leastTableSize = Math.max(...Object.values(functionOffsets)) + 8;
