/** NVIDIA's own wheels of CUDA's user libraries, pinned by hash: what plugins for its GPUs load and run. */
import type { EngineBuild, WheelPin } from './engine-build';

export type CudaVersion = 'cuda12' | 'cuda13';

/** Name, version, SHA-256 for x86-64 and for ARM. */
type Row = readonly [name: string, version: string, x64: string, arm64: string];

/**
 * In the ranges that TensorFlow's and JAX's wheels ask for. Of `nvcc` and `nvvm` only the assembler and the device's mathematical
 * functions are taken. Those of CUDA 13 are of its first release, so that every driver for CUDA 13 runs what they make.
 */
const wheels: Readonly<Record<CudaVersion, readonly Row[]>> = {
  // prettier-ignore
  cuda12: [
    ['nvidia-cublas-cu12', '12.9.3.13', 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72', '918a8781956115d34b1db49e0e7b7befba8d101661c4b560ed4d42e0e17bebc3'],
    ['nvidia-cuda-cupti-cu12', '12.8.90', 'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182', '4412396548808ddfed3f17a467b104ba7751e6b58678a4b840675c56d21cf7ed'],
    ['nvidia-cuda-nvcc-cu12', '12.9.86', '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0', '44e1eca4d08926193a558d2434b1bf83d57b4d5743e0c431c0c83d51da1df62b'],
    ['nvidia-cuda-nvrtc-cu12', '12.9.86', '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4', '096d4de6bda726415dfaf3198d4f5c522b8e70139c97feef5cd2ca6d4cd9cead'],
    ['nvidia-cuda-runtime-cu12', '12.9.79', '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3', '83469a846206f2a733db0c42e223589ab62fd2fabac4432d2f8802de4bded0a4'],
    ['nvidia-cudnn-cu12', '9.28.0.42', '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375', 'f88db8fc1a0a5f458e19aa7b08fbe3500aeb9e2bb8dea6293ecbce170364ad72'],
    ['nvidia-cufft-cu12', '11.4.1.4', 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28', '1a28c9b12260a1aa7a8fd12f5ebd82d027963d635ba82ff39a1acfa7c4c0fbcf'],
    ['nvidia-cusolver-cu12', '11.7.5.82', '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88', '62efa83e4ace59a4c734d052bb72158e888aa7b770e1a5f601682f16fe5b4fd2'],
    ['nvidia-cusparse-cu12', '12.5.10.65', '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78', '221c73e7482dd93eda44e65ce567c031c07e2f93f6fa0ecd3ba876a195023e83'],
    ['nvidia-nccl-cu12', '2.32.3', 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c', '061af42ae1044816820e16b872075e243d1ac0656f51860fbc8e106c257aa83a'],
    ['nvidia-nvjitlink-cu12', '12.9.86', 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9', '994a05ef08ef4b0b299829cde613a424382aff7efb08a7172c1fa616cc3af2ca'],
  ],
  // prettier-ignore
  cuda13: [
    ['nvidia-cublas', '13.1.0.3', 'ee8722c1f0145ab246bccb9e452153b5e0515fd094c3678df50b2a0888b8b171', 'c86fc7f7ae36d7528288c5d88098edcb7b02c633d262e7ddbb86b0ad91be5df2'],
    ['nvidia-cuda-cupti', '13.0.85', '4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8', '796bd679890ee55fb14a94629b698b6db54bcfd833d391d5e94017dd9d7d3151'],
    ['nvidia-cuda-nvcc', '13.0.88', '56fe502eb77625a12f25172caa3cdddb4e4c8ba2c8c17dba44b164761b380f03', 'c7ff28f86a24effdc6c034fa15230c549a273e4771b10a7fec14996f8cf3307f'],
    ['nvidia-cuda-nvrtc', '13.0.88', 'ad9b6d2ead2435f11cbb6868809d2adeeee302e9bb94bcf0539c7a40d80e8575', 'd27f20a0ca67a4bb34268a5e951033496c5b74870b868bacd046b1b8e0c3267b'],
    ['nvidia-cuda-runtime', '13.0.96', '7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548', 'ef9bcbe90493a2b9d810e43d249adb3d02e98dd30200d86607d8d02687c43f55'],
    ['nvidia-cudnn-cu13', '9.28.1.4', 'a54f205b1db1f2895d99f398754db1369816f0569dd459731f925635cf7b65ec', '759b6a4919951ed8ec603dec97b96f6a6396c8269b95b3d345526e2471fb433d'],
    ['nvidia-cufft', '12.0.0.61', '6c44f692dce8fd5ffd3e3df134b6cdb9c2f72d99cf40b62c32dde45eea9ddad3', '2708c852ef8cd89d1d2068bdbece0aa188813a0c934db3779b9b1faa8442e5f5'],
    ['nvidia-cusolver', '12.0.4.66', '0a759da5dea5c0ea10fd307de75cdeb59e7ea4fcb8add0924859b944babf1112', '02c2457eaa9e39de20f880f4bd8820e6a1cfb9f9a34f820eb12a155aa5bc92d2'],
    ['nvidia-cusparse', '12.6.3.3', '2b3c89c88d01ee0e477cb7f82ef60a11a4bcd57b6b87c33f789350b59759360b', '80bcc4662f23f1054ee334a15c72b8940402975e0eab63178fc7e670aa59472c'],
    ['nvidia-nccl-cu13', '2.32.3', '1459723080ac889d73a26edfa3e04383a7928ab31ac8f0ec43b3ea9548b04ff3', 'a5bee92b2f4af218c109f8d221c3c9adcc752b94ae0ffcb0ed5abf9341a7724c'],
    ['nvidia-nvjitlink', '13.0.88', '13a74f429e23b921c1109976abefacc69835f2f433ebd323d3946e11d804e47b', 'e931536ccc7d467a98ba1d8b89ff7fa7f1fa3b13f2b0069118cd7f47bff07d0c'],
    ['nvidia-nvvm', '13.0.88', 'c5f41ffeb6466944a026dfa5317d7d85355c119bbec279205d22f1869d1054e0', 'c4376a291d72d22a315d9d2f69bdae8f8cd83a627f75bad395cee49a0fe65dc1'],
  ],
};

export function nvidiaWheels(cuda: CudaVersion, arch: EngineBuild['arch']): WheelPin[] {
  return wheels[cuda].map(([name, version, x64, arm64]) => ({
    name,
    version,
    sha256: arch === 'x64' ? x64 : arm64,
  }));
}

/** Whether an entry of such a wheel is needed where programs run: libraries, the assembler, device code and the licence. */
export function isNvidiaFile(entry: string): boolean {
  return (
    /^nvidia\/.*(\.so(\.\d+)*|\.bc|\/bin\/ptxas)$/.test(entry) ||
    /\.dist-info\/(.*\/)?License\.txt$/i.test(entry)
  );
}
