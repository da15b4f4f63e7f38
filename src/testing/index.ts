// For tests of people who extend Vigil, or who build a provider of their own: what each plug point promises, as checks for any test runner.

export { detectorContract, type Check, type DetectorContractOptions } from './detector-contract.ts'
export {
  type AsyncCheck,
  type SubjectUnderTest,
  underRiskContract,
  type UnderRiskSetting
} from './under-risk-contract.ts'
export type { Answering, ClientUnderTest } from './person-under-test.ts'
