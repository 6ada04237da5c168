import Crypto
import Foundation
import LLMBatch
import LLMBatchProviders
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// Objects whole and in parts, against a simulator that checks every signature and against servers of others.
@Suite("AWS: S3", .timeLimit(.minutes(2)))
struct S3Tests {
    static let keys = AWSCredentialChain(
        .keys(accessKeyID: "AKIATEST", secretAccessKey: "test-secret-key"), region: "us-east-1")

    static let account = SimulatedAWS { $0.keys = [.init(id: "AKIATEST", secret: "test-secret-key")] }

    static func bucket(
        _ origin: String, keys: AWSCredentialChain = keys, name: String = "batches", partSize: Int = 5 * 1024 * 1024
    ) throws -> S3Bucket {
        try S3Bucket(
            name, region: "us-east-1", endpoint: origin, keys: keys, partSize: partSize, timeout: .seconds(10),
            pause: .milliseconds(1))
    }

    /// An input of so many bytes, in lines of a kilobyte.
    static func input(bytes: Int) -> ProviderJobInput {
        let line = Array(String(repeating: "x", count: 1023).utf8) + [0x0A]
        let whole = (0..<(bytes + 1023) / 1024).flatMap { _ in line }.prefix(bytes)
        let digest = ProviderJobDigest(requests: 1, bytes: bytes, sha256: Array(SHA256.hash(data: Array(whole))))
        return ProviderJobInput(
            job: ProviderJobID(batch: BatchID(rawValue: "b_test"), attempt: 1, index: 1), endpoint: .chatCompletions,
            model: nil, token: "t", digest: digest
        ) {
            AsyncThrowingStream { continuation in
                for start in stride(from: 0, to: whole.count, by: 1_000_000) {
                    continuation.yield(Array(whole[start..<min(start + 1_000_000, whole.count)]))
                }
                continuation.finish()
            }
        }
    }

    static func read(_ bucket: S3Bucket, _ key: String, from offset: Int = 0) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        try await bucket.stream(key, from: offset) { bytes += $0 }
        return bytes
    }

    /// What every server must do with us.
    static func drive(_ bucket: S3Bucket, readsAtEnd: Bool = true) async throws {
        let missing = try await bucket.head("in/none.jsonl")
        #expect(missing == nil)
        for (key, size) in [("in/a b+c~é.jsonl", 3000), ("in/large.jsonl", 11 * 1024 * 1024 + 7)] {
            let input = input(bytes: size)
            try await bucket.upload(input, to: key)
            let isThere = try await bucket.has(input.digest, at: key)
            #expect(isThere)
            let whole = try await read(bucket, key)
            #expect(whole.count == size && Array(SHA256.hash(data: whole)) == input.digest.sha256)
            let rest = try await read(bucket, key, from: 1024)
            #expect(rest.count == size - 1024 && rest == Array(whole.dropFirst(1024)))
            // Where nothing is left, S3 says so with 416.
            if readsAtEnd {
                let nothing = try await read(bucket, key, from: size)
                #expect(nothing.isEmpty)
            }
        }
        let keys = try await bucket.keys(prefix: "in/")
        #expect(keys == ["in/a b+c~é.jsonl", "in/large.jsonl"])
        try await bucket.delete("in/large.jsonl")
        let isGone = try await bucket.keys(prefix: "in/l").isEmpty
        #expect(isGone)
    }

    /// Nobody may do anything with a signature that does not fit.
    static func refuse(_ origin: String, code: Set<Int> = [403]) async throws {
        let other = AWSCredentialChain(
            .keys(accessKeyID: "AKIATEST", secretAccessKey: "another-secret"), region: "us-east-1")
        let error = await #expect(throws: ProviderError.self) {
            try await bucket(origin, keys: other).upload(input(bytes: 100), to: "in/x.jsonl")
        }
        #expect(code.contains(error?.statusCode ?? 0) && error?.isTransient == false)
    }

    @Test("The simulator stores objects")
    func theSimulatorTakesObjects() async throws {
        try await ProviderSimulator.withRunning(.bedrock(Self.account)) { simulator in
            try await Self.drive(try Self.bucket(simulator.origin))
            try await Self.refuse(simulator.origin)
            #expect(simulator.ledger.callCount(.beginUpload) == 1 && simulator.ledger.callCount(.endUpload) == 1)
        }
    }

    @Test("nanio stores objects")
    func nanioTakesObjects() async throws {
        guard let nanio = PythonServer.program("nanio") else { return }
        let bench = try Workbench()
        try FileManager.default.createDirectory(atPath: bench.path("data/batches"), withIntermediateDirectories: true)
        try await PythonServer.run(
            nanio, folder: bench.folder,
            environment: ["NANIO_ACCESS_KEY": "AKIATEST", "NANIO_SECRET_KEY": "test-secret-key"]
        ) {
            ["serve", "--host", "127.0.0.1", "--port", "\($0)", "--data-dir", bench.path("data")]
        } body: { origin in
            try await Self.drive(try Self.bucket(origin), readsAtEnd: false)
            try await Self.refuse(origin)
        }
    }

    @Test("rclone stores objects")
    func rcloneTakesObjects() async throws {
        guard let rclone = PythonServer.program("rclone") else { return }
        let bench = try Workbench()
        try FileManager.default.createDirectory(atPath: bench.path("data/batches"), withIntermediateDirectories: true)
        try await PythonServer.run(rclone, folder: bench.folder) {
            [
                "serve", "s3", bench.path("data"), "--addr", "127.0.0.1:\($0)", "--auth-key",
                "AKIATEST,test-secret-key",
            ]
        } body: { origin in
            try await Self.drive(try Self.bucket(origin))
            try await Self.refuse(origin)
        }
    }

    @Test("A part that fails is sent again")
    func aPartThatFailsIsSentAgain() async throws {
        let script = SimulatorScript {
            $0.troubles = [
                Trouble(
                    .respond(status: 503, body: "<Error><Code>SlowDown</Code></Error>"), on: .uploadFile, calls: 2...2),
                Trouble(.actThenDrop, on: .uploadFile, calls: 4...4),
            ]
        }
        try await ProviderSimulator.withRunning(.bedrock(Self.account), script) { simulator in
            let bucket = try Self.bucket(simulator.origin)
            let input = Self.input(bytes: 12_000_000)
            try await bucket.upload(input, to: "in/a.jsonl")
            let isThere = try await bucket.has(input.digest, at: "in/a.jsonl")
            #expect(isThere)
            #expect(simulator.ledger.callCount(.uploadFile) == 5 && simulator.ledger.uploads.count == 1)
        }
    }

    @Test("An upload that fails leaves no parts behind")
    func anUploadThatFailsLeavesNoParts() async throws {
        let script = SimulatorScript {
            $0.troubles = [
                Trouble(
                    .respond(status: 403, body: "<Error><Code>AccessDenied</Code></Error>"), on: .uploadFile,
                    calls: 2...)
            ]
        }
        try await ProviderSimulator.withRunning(.bedrock(Self.account), script) { simulator in
            let bucket = try Self.bucket(simulator.origin)
            let error = await #expect(throws: ProviderError.self) {
                try await bucket.upload(Self.input(bytes: 12_000_000), to: "in/a.jsonl")
            }
            #expect(error?.kind == .permission && error?.code == "AccessDenied")
            #expect(simulator.ledger.callCount(.deleteFile) == 1)
            let left = try await bucket.head("in/a.jsonl")
            #expect(left == nil)
        }
    }

    @Test("A response with status 200 and an error in it is an error")
    func aSuccessThatHoldsAnErrorIsNone() async throws {
        let late = "<Error><Code>InternalError</Code><Message>We encountered an internal error.</Message></Error>"
        let script = SimulatorScript { $0.troubles = [Trouble(.respond(status: 200, body: late), on: .endUpload)] }
        try await ProviderSimulator.withRunning(.bedrock(Self.account), script) { simulator in
            let bucket = try Self.bucket(simulator.origin)
            let error = await #expect(throws: ProviderError.self) {
                try await bucket.upload(Self.input(bytes: 12_000_000), to: "in/a.jsonl")
            }
            #expect(error?.kind == .providerInternal && error?.delivery == .unknown)
            let left = try await bucket.head("in/a.jsonl")
            #expect(left == nil)
        }
    }

    @Test("Bytes that differ from the sealed input are not sent")
    func bytesThatDifferFromWhatWasSealedAreNotSent() async throws {
        try await ProviderSimulator.withRunning(.bedrock(Self.account)) { simulator in
            for size in [3000, 12_000_000] {
                let bucket = try Self.bucket(simulator.origin)
                let good = Self.input(bytes: size)
                let digest = ProviderJobDigest(requests: 1, bytes: size, sha256: Array(repeating: 7, count: 32))
                let bad = ProviderJobInput(
                    job: good.job, endpoint: good.endpoint, model: nil, token: "t", digest: digest, chunks: good.chunks)
                await #expect(throws: ProviderError.self) { try await bucket.upload(bad, to: "in/\(size).jsonl") }
                let left = try await bucket.head("in/\(size).jsonl")
                #expect(left == nil)
            }
        }
    }

    @Test("A bucket in another region is reported with its region")
    func aBucketElsewhereIsNamed() async throws {
        let account = SimulatedAWS {
            $0.keys = Self.account.keys
            $0.buckets = ["batches": "us-east-1", "far": "eu-west-1"]
        }
        try await ProviderSimulator.withRunning(.bedrock(account)) { simulator in
            let far = try Self.bucket(simulator.origin, name: "far")
            let error = await #expect(throws: ProviderError.self) { _ = try await far.region() }
            #expect(error?.message.contains("another region, eu-west-1") == true)
            let region = try await Self.bucket(simulator.origin).region()
            #expect(region == "us-east-1")
        }
    }

    /// A list that needs several pages.
    @Test("A list is read to its end")
    func aListIsReadToItsEnd() async throws {
        try await ProviderSimulator.withRunning(.bedrock(Self.account)) { simulator in
            let bucket = try Self.bucket(simulator.origin)
            let input = Self.input(bytes: 1)
            let keys = (0..<1100).map { "k/\(10_000 + $0)" }
            for key in keys { try await bucket.upload(input, to: key) }
            let found = try await bucket.keys(prefix: "k/")
            #expect(found == keys)
        }
    }
}
