/// The numbered SQL files of this folder, embedded in the binary.
package enum SQLiteMigrations {
    /// One step of the schema.
    package struct Migration: Sendable {
        /// What `user_version` becomes.
        package let number: Int
        package let sql: String
    }

    /// All steps, oldest first.
    package static let all: [Migration] = [
        Migration(number: 1, sql: String(decoding: PackageResources._001_batches_sql, as: UTF8.self)),
        Migration(number: 2, sql: String(decoding: PackageResources._002_native_lines_sql, as: UTF8.self)),
        Migration(number: 3, sql: String(decoding: PackageResources._003_typed_jobs_sql, as: UTF8.self)),
        Migration(number: 4, sql: String(decoding: PackageResources._004_reuse_sql, as: UTF8.self)),
        Migration(number: 5, sql: String(decoding: PackageResources._005_counters_sql, as: UTF8.self)),
        Migration(number: 6, sql: String(decoding: PackageResources._006_job_facts_sql, as: UTF8.self)),
        Migration(number: 7, sql: String(decoding: PackageResources._007_late_results_sql, as: UTF8.self)),
        Migration(number: 8, sql: String(decoding: PackageResources._008_results_sql, as: UTF8.self)),
        Migration(number: 9, sql: String(decoding: PackageResources._009_words_sql, as: UTF8.self)),
    ]

    /// The schema this build writes.
    package static var head: Int { all.last?.number ?? 0 }
}
