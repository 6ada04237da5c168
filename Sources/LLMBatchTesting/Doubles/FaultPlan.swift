/// The faults that a ``FaultyStorage`` causes, and the calls that they apply to.
///
/// Every rule that matches a call applies to it, in the order of the plan.
///
/// ```swift
/// let full = LLMBatchError(.storageUnavailable, "the disk is full")
/// let plan: FaultPlan = [.on(.saveProviderJob, 2, .failBefore(full)), .on(.ingest, 1..., .failAfter(full))]
/// ```
public struct FaultPlan: Sendable, ExpressibleByArrayLiteral {
    /// What happens at a call.
    public enum Fault: Sendable {
        /// Throws the error without carrying out the operation.
        case failBefore(any Error)
        /// Carries out the operation, then throws the error, as if the acknowledgement were lost.
        ///
        /// If the storage rejects the operation, its own error is thrown instead.
        case failAfter(any Error)
        /// Waits for the hook, then carries out the operation. An error from the hook is thrown instead.
        case waitBefore(@Sendable (StorageCall) async throws -> Void)
        /// Carries out the operation, then waits for the hook. An error from the hook is thrown.
        case waitAfter(@Sendable (StorageCall) async throws -> Void)
    }

    /// A fault, and the calls that it applies to.
    public struct Rule: Sendable {
        /// The affected operation; nil for all.
        public let operation: StorageOperation?
        /// The affected calls of the operation, counted from 1.
        public let occurrences: Range<Int>
        /// What happens at those calls.
        public let fault: Fault

        /// Applies to the first call of an operation.
        public static func on(_ operation: StorageOperation, _ fault: Fault) -> Rule { on(operation, 1, fault) }

        /// Applies to one call of an operation.
        public static func on(_ operation: StorageOperation, _ occurrence: Int, _ fault: Fault) -> Rule {
            on(operation, occurrence...occurrence, fault)
        }

        /// Applies to a range of calls of an operation.
        public static func on(
            _ operation: StorageOperation, _ occurrences: some RangeExpression<Int>, _ fault: Fault
        ) -> Rule {
            Rule(operation: operation, occurrences: occurrences.relative(to: 1..<Int.max), fault: fault)
        }

        /// Applies to every call of every operation.
        public static func onEverything(_ fault: Fault) -> Rule {
            Rule(operation: nil, occurrences: 1..<Int.max, fault: fault)
        }

        func strikes(_ call: StorageCall) -> Bool {
            (operation ?? call.operation) == call.operation && occurrences.contains(call.occurrence)
        }
    }

    /// The rules, in the order in which they apply.
    public var rules: [Rule]

    /// Creates a plan from rules. Without rules, nothing fails.
    public init(_ rules: [Rule] = []) { self.rules = rules }

    public init(arrayLiteral rules: Rule...) { self.rules = rules }

    func faults(at call: StorageCall) -> [Fault] { rules.filter { $0.strikes(call) }.map(\.fault) }
}

extension FaultPlan.Fault {
    func before(_ call: StorageCall) async throws {
        switch self {
        case .failBefore(let error): throw error
        case .waitBefore(let hook): try await hook(call)
        case .failAfter, .waitAfter: break
        }
    }

    func after(_ call: StorageCall) async throws {
        switch self {
        case .failAfter(let error): throw error
        case .waitAfter(let hook): try await hook(call)
        case .failBefore, .waitBefore: break
        }
    }
}
