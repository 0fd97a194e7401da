/**
 * Arguments of PJRT's functions. Every `PJRT_<name>_Args` begins with its own size and a pointer to extensions; then each field
 * has a word of 8 bytes: pointers and sizes fill it, enums and booleans stand in its lower bytes. A plugin that is older or
 * newer knows by the size which fields it got, and refuses a struct that ends too early; fields are only ever added at the end.
 *
 * @see pjrt_c_api.h, version 0.81, which the wheel of the processor's plugin holds.
 */
import { Block } from './memory';

const fields = {
  Error_Destroy: ['error'],
  Error_Message: ['error', 'message', 'message_size'],
  Error_GetCode: ['error', 'code'],
  Plugin_Initialize: [],
  Plugin_Attributes: ['attributes', 'num_attributes'],
  Event_Destroy: ['event'],
  Event_IsReady: ['event', 'is_ready'],
  Event_Await: ['event'],
  Event_OnReady: ['event', 'callback', 'user_arg'],
  Client_Create: [
    ...['create_options', 'num_options', 'kv_get_callback', 'kv_get_user_arg'],
    ...['kv_put_callback', 'kv_put_user_arg', 'client', 'kv_try_get_callback', 'kv_try_get_user_arg'],
  ],
  Client_Destroy: ['client'],
  Client_PlatformName: ['client', 'platform_name', 'platform_name_size'],
  Client_PlatformVersion: ['client', 'platform_version', 'platform_version_size'],
  Client_AddressableDevices: ['client', 'addressable_devices', 'num_addressable_devices'],
  Device_GetDescription: ['device', 'device_description'],
  Device_MemoryStats: [
    'device',
    'bytes_in_use',
    'peak_bytes_in_use',
    'peak_bytes_in_use_is_set',
    'num_allocs',
    'num_allocs_is_set',
    'largest_alloc_size',
    'largest_alloc_size_is_set',
    'bytes_limit',
    'bytes_limit_is_set',
    'bytes_reserved',
    'bytes_reserved_is_set',
    'peak_bytes_reserved',
    'peak_bytes_reserved_is_set',
    'bytes_reservable_limit',
    'bytes_reservable_limit_is_set',
    'largest_free_block_bytes',
    'largest_free_block_bytes_is_set',
    'pool_bytes',
    'pool_bytes_is_set',
    'peak_pool_bytes',
    'peak_pool_bytes_is_set',
  ],
  DeviceDescription_Kind: ['device_description', 'device_kind', 'device_kind_size'],
  DeviceDescription_ToString: ['device_description', 'to_string', 'to_string_size'],
  Client_Compile: ['client', 'program', 'compile_options', 'compile_options_size', 'executable'],
  Client_BufferFromHostBuffer: [
    ...['client', 'data', 'type', 'dims', 'num_dims', 'byte_strides', 'num_byte_strides'],
    ...['host_buffer_semantics', 'device', 'memory', 'device_layout', 'done_with_host_buffer', 'buffer'],
  ],
  Buffer_Destroy: ['buffer'],
  Buffer_ElementType: ['buffer', 'type'],
  Buffer_Dimensions: ['buffer', 'dims', 'num_dims'],
  Buffer_IsDeleted: ['buffer', 'is_deleted'],
  Buffer_ToHostBuffer: ['src', 'host_layout', 'dst', 'dst_size', 'event'],
  Buffer_UnsafePointer: ['buffer', 'buffer_pointer'],
  LoadedExecutable_Destroy: ['executable'],
  LoadedExecutable_GetExecutable: ['loaded_executable', 'executable'],
  LoadedExecutable_Execute: [
    ...['executable', 'options', 'argument_lists', 'num_devices', 'num_args', 'output_lists'],
    ...['device_complete_events', 'execute_device'],
  ],
  Executable_Destroy: ['executable'],
  Executable_NumOutputs: ['executable', 'num_outputs'],
  Executable_Serialize: [
    ...['executable', 'serialized_bytes', 'serialized_bytes_size', 'serialized_executable'],
    'serialized_executable_deleter',
  ],
  Executable_DeserializeAndLoad: [
    ...['client', 'serialized_executable', 'serialized_executable_size', 'loaded_executable'],
    ...['overridden_serialized_compile_options', 'overridden_serialized_compile_options_size'],
  ],
  Executable_GetCompiledMemoryStats: [
    ...['executable', 'generated_code_size_in_bytes', 'argument_size_in_bytes', 'output_size_in_bytes'],
    ...['alias_size_in_bytes', 'temp_size_in_bytes', 'host_generated_code_size_in_bytes'],
    ...['host_argument_size_in_bytes', 'host_output_size_in_bytes', 'host_alias_size_in_bytes'],
    ...['host_temp_size_in_bytes', 'peak_memory_in_bytes'],
  ],
  // Not arguments of a function, but laid out alike.
  Program: ['code', 'code_size', 'format', 'format_size'],
  ExecuteOptions: [
    ...['send_callbacks', 'recv_callbacks', 'num_send_ops', 'num_recv_ops', 'launch_id'],
    ...['non_donatable_input_indices', 'num_non_donatable_input_indices', 'context', 'call_location'],
    ...['num_tasks', 'task_ids', 'incarnation_ids'],
  ],
} as const satisfies Record<string, readonly string[]>;

export type StructName = keyof typeof fields;
export type FieldOf<N extends StructName> = (typeof fields)[N][number];

const header = 16;
const word = 8;

/** One struct in native memory. */
export class Struct<N extends StructName> extends Block {
  readonly name: N;

  constructor(name: N, values: Partial<Record<FieldOf<N>, number>> = {}) {
    super(header + word * fields[name].length);
    this.name = name;
    this.setWord(0, header + word * fields[name].length);
    for (const field of Object.keys(values) as FieldOf<N>[]) this.set(field, values[field] as number);
  }

  get(field: FieldOf<N>): number {
    return this.getWord(this.offset(field));
  }

  /** The lowest byte of a field: a boolean. */
  getBoolean(field: FieldOf<N>): boolean {
    return this.bytes[this.offset(field)] !== 0;
  }

  set(field: FieldOf<N>, value: number): void {
    this.setWord(this.offset(field), value);
  }

  private offset(field: FieldOf<N>): number {
    return header + word * (fields[this.name] as readonly string[]).indexOf(field);
  }
}
