/// What goes wrong in a ``FaultyStorage``, and at which calls.
///
/// Every rule that names a call is applied to it, in the order of the plan.
///
/// ```swift
/// let full = LLMBatchError(.storageUnavailable, "the disk is full")
/// let plan: FaultPlan = [.on(.saveProviderJob, 2, .failBefore(full)), .on(.ingest, 1..., .failAfter(full))]
/// ```
public struct FaultPlan: Sendable, ExpressibleByArrayLiteral {
    /// What happens at a call.
    public enum Fault: Sendable {
        /// The operation is not carried out, and the error is thrown.
        case failBefore(any Error)
        /// The operation is carried out, and then the error is thrown: its acknowledgement is lost.
        ///
        /// An operation that is refused by the storage throws the storage's error instead.
        case failAfter(any Error)
        /// Waits for the hook, then carries the operation out; what the hook throws is thrown instead.
        case waitBefore(@Sendable (StorageCall) async throws -> Void)
        /// Carries the operation out, then waits for the hook; what the hook throws is thrown.
        case waitAfter(@Sendable (StorageCall) async throws -> Void)
    }

    /// A fault, and the calls it strikes.
    public struct Rule: Sendable {
        /// The operation that it strikes; nil for every one.
        public let operation: StorageOperation?
        /// The calls of the operation that it strikes, counted from 1.
        public let occurrences: Range<Int>
        /// What happens.
        public let fault: Fault

        /// Strikes the first call of an operation.
        public static func on(_ operation: StorageOperation, _ fault: Fault) -> Rule { on(operation, 1, fault) }

        /// Strikes one call of an operation.
        public static func on(_ operation: StorageOperation, _ occurrence: Int, _ fault: Fault) -> Rule {
            on(operation, occurrence...occurrence, fault)
        }

        /// Strikes a range of the calls of an operation.
        public static func on(
            _ operation: StorageOperation, _ occurrences: some RangeExpression<Int>, _ fault: Fault
        ) -> Rule {
            Rule(operation: operation, occurrences: occurrences.relative(to: 1..<Int.max), fault: fault)
        }

        /// Strikes every call of every operation.
        public static func onEverything(_ fault: Fault) -> Rule {
            Rule(operation: nil, occurrences: 1..<Int.max, fault: fault)
        }

        func strikes(_ call: StorageCall) -> Bool {
            (operation ?? call.operation) == call.operation && occurrences.contains(call.occurrence)
        }
    }

    /// The rules, in the order in which they are applied.
    public var rules: [Rule]

    /// A plan of these rules; without any, nothing goes wrong.
    public init(_ rules: [Rule] = []) { self.rules = rules }

    /// A plan of these rules.
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
