// swift-tools-version: 6.2
import PackageDescription

/// libFuzzer's archive in a build that fuzzes (Scripts/fuzz), which instruments these modules and no others; nil in any other.
let fuzzer = Context.environment["LLMBATCH_FUZZER"]

let strict: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + (fuzzer == nil ? [] : [.define("FUZZING"), .unsafeFlags(["-sanitize=fuzzer"])])

let package = Package(
    name: "LLMBatch",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "LLMBatch", targets: ["LLMBatch"]),
        .library(name: "LLMBatchCore", targets: ["LLMBatchCore"]),
        .library(name: "LLMBatchSchema", targets: ["LLMBatchSchema"]),
        .library(name: "LLMBatchTypedJobs", targets: ["LLMBatchTypedJobs"]),
        .library(name: "LLMBatchSQLite", targets: ["LLMBatchSQLite"]),
        .library(name: "LLMBatchProviders", targets: ["LLMBatchProviders"]),
        .library(name: "LLMBatchTesting", targets: ["LLMBatchTesting"]),
        .library(name: "LLMBatchSimulator", targets: ["LLMBatchSimulator"]),
        .executable(name: "llmbatch", targets: ["LLMBatchCLI"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    ],
    targets: [
        .target(
            name: "LLMBatchCore",
            dependencies: [
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
            ],
            swiftSettings: strict),
        .target(name: "LLMBatchSchema", dependencies: ["LLMBatchCore"], swiftSettings: strict),
        .target(name: "LLMBatchTypedJobs", dependencies: ["LLMBatchCore", "LLMBatchSchema"], swiftSettings: strict),
        .target(
            name: "LLMBatchSQLiteMigrations",
            path: "Migrations/SQLite",
            resources: [
                .embedInCode("0001_batches.sql"), .embedInCode("0002_native_lines.sql"),
                .embedInCode("0003_typed_jobs.sql"), .embedInCode("0004_reuse.sql"),
                .embedInCode("0005_counters.sql"), .embedInCode("0006_job_facts.sql"),
                .embedInCode("0007_late_results.sql"), .embedInCode("0008_results.sql"),
                .embedInCode("0009_words.sql"),
            ],
            swiftSettings: strict),
        .target(
            name: "LLMBatchSQLite",
            dependencies: [
                "LLMBatchCore",
                "LLMBatchSQLiteMigrations",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .target(
            name: "LLMBatchProviders",
            dependencies: [
                "LLMBatchCore",
                "LLMBatchSchema",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict),
        .target(name: "LLMBatchTesting", dependencies: ["LLMBatchCore"], swiftSettings: strict),
        .target(
            name: "LLMBatchSimulator",
            dependencies: [
                "LLMBatchCore",
                "LLMBatchSchema",
                "LLMBatchTesting",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .target(
            name: "LLMBatch",
            dependencies: [
                "LLMBatchCore", "LLMBatchSchema", "LLMBatchTypedJobs", "LLMBatchSQLite", "LLMBatchProviders",
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "LLMBatchCLI",
            dependencies: [
                "LLMBatch",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "LLMBatchCoreTests", dependencies: ["LLMBatchCore", "LLMBatchTesting"], swiftSettings: strict),
        .testTarget(
            name: "LLMBatchSchemaTests", dependencies: ["LLMBatchCore", "LLMBatchSchema", "LLMBatchTesting"],
            swiftSettings: strict),
        .testTarget(
            name: "LLMBatchTypedJobsTests", dependencies: ["LLMBatchCore", "LLMBatchTypedJobs", "LLMBatchTesting"],
            swiftSettings: strict),
        .testTarget(
            name: "LLMBatchTestingTests",
            dependencies: [
                "LLMBatch",
                "LLMBatchSimulator",
                "LLMBatchTesting",
                "Workbench",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: strict),
        // A complete small storage of one's own, for readers of docs/writing-a-storage.md.
        .target(
            name: "JournalStorage", dependencies: ["LLMBatchCore"], path: "Examples/JournalStorage",
            swiftSettings: strict),
        // A service to try the tool with, without an account.
        .executableTarget(
            name: "Simulate",
            dependencies: [
                "LLMBatchSimulator",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Examples/Simulate",
            swiftSettings: strict),
        // Measures calls of the library, for Scripts/bench.
        .executableTarget(
            name: "LibraryBenchmark",
            dependencies: ["LLMBatch", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            path: "Benchmarks/Library",
            swiftSettings: strict),
        // What several test targets share.
        .target(
            name: "Workbench", dependencies: ["LLMBatch", "LLMBatchSimulator", "LLMBatchTesting"],
            path: "Tests/Workbench",
            swiftSettings: strict),
        // Crashes the tool in every way there is and checks that nothing is lost: Scripts/chaos.
        .executableTarget(
            name: "Chaos",
            dependencies: [
                "LLMBatch", "LLMBatchSimulator", "LLMBatchTesting", "Workbench",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/Chaos",
            swiftSettings: strict),
        // Gives bytes of any kind to every reader of what comes from outside: Scripts/fuzz, and in every test run its corpus.
        .executableTarget(
            name: "Fuzz", dependencies: ["LLMBatch", "LLMBatchTesting"], path: "Tests/Fuzz", exclude: ["Corpus"],
            swiftSettings: strict,
            linkerSettings: fuzzer.map { [.unsafeFlags([$0, "-lstdc++"])] } ?? []),
        .testTarget(name: "FuzzTests", dependencies: ["Fuzz"], swiftSettings: strict),
        .testTarget(
            name: "LLMBatchProvidersTests",
            dependencies: [
                "LLMBatch", "LLMBatchProviders", "LLMBatchSimulator", "LLMBatchTesting", "Workbench",
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "LLMBatchTests",
            dependencies: [
                "LLMBatch", "LLMBatchSimulator", "LLMBatchTesting", "Workbench",
                .product(name: "Logging", package: "swift-log"), .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
            ], swiftSettings: strict),
        .testTarget(
            name: "LLMBatchCLITests",
            dependencies: ["LLMBatch", "LLMBatchSimulator", "LLMBatchTesting", "LLMBatchCLI", "Workbench"],
            swiftSettings: strict),
        .testTarget(
            name: "LLMBatchStorageTests",
            dependencies: [
                "JournalStorage",
                "LLMBatchCore",
                "LLMBatchSQLite",
                "LLMBatchSQLiteMigrations",
                "LLMBatchTesting",
                "LLMBatchTypedJobs",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
