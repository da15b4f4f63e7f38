// For tests of people who extend Vigil: what each plug point promises, as checks for any test runner.

export { detectorContract, type Check, type DetectorContractOptions } from './detector-contract.ts'
