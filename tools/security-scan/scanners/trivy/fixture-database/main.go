// Command fixture-database writes a few records into a database in Trivy's own form, with Trivy's own library, so that
// the gate can be tried where no feed is in reach: fixture-database <records.json> <folder>.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/aquasecurity/trivy-db/pkg/db"
	"github.com/aquasecurity/trivy-db/pkg/metadata"
	"github.com/aquasecurity/trivy-db/pkg/types"
	bolt "go.etcd.io/bbolt"
)

type record struct {
	ID, GHSA, Title, Severity, Ecosystem, Package, Vulnerable, Fixed string
}

// Where Trivy looks for the advisories of npm; an operating system's lie under its name and version.
const npmBucket = "npm::GitHub Security Advisory npm"

func main() {
	if err := write(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(from, folder string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	var list struct{ Records []record }
	if err := json.Unmarshal(text, &list); err != nil {
		return err
	}
	if err := db.Init(folder); err != nil {
		return err
	}
	put := func(tx *bolt.Tx) error {
		for _, one := range list.Records {
			if err := putRecord(tx, one); err != nil {
				return err
			}
		}
		return nil
	}
	if err := (db.Config{}).BatchUpdate(put); err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	now := time.Now().UTC()
	return metadata.NewClient(folder).Update(metadata.Metadata{
		Version: db.SchemaVersion, UpdatedAt: now, NextUpdate: now.Add(24 * time.Hour), DownloadedAt: now,
	})
}

func putRecord(tx *bolt.Tx, one record) error {
	severity, err := types.NewSeverity(one.Severity)
	if err != nil {
		return err
	}
	bucket, source, advisory := one.Ecosystem, types.SourceID("debian"), types.Advisory{FixedVersion: one.Fixed}
	if one.Fixed == "" {
		advisory.Status = types.StatusAffected
	}
	if one.Ecosystem == "npm" {
		bucket, source = npmBucket, types.SourceID("ghsa")
		advisory = types.Advisory{VendorIDs: []string{one.GHSA}, VulnerableVersions: []string{one.Vulnerable}}
		if one.Fixed != "" {
			advisory.PatchedVersions = []string{one.Fixed}
		}
	}
	database := db.Config{}
	data := types.DataSource{ID: source, Name: "fixture of Cluster AI", URL: "https://nvd.nist.gov/vuln/detail/" + one.ID}
	if err := database.PutDataSource(tx, bucket, data); err != nil {
		return err
	}
	if err := database.PutAdvisoryDetail(tx, one.ID, one.Package, []string{bucket}, &advisory); err != nil {
		return err
	}
	if err := database.SaveAdvisoryDetails(tx, one.ID); err != nil {
		return err
	}
	return database.PutVulnerability(tx, one.ID, types.Vulnerability{
		Title: one.Title, Severity: one.Severity, VendorSeverity: types.VendorSeverity{source: severity, "nvd": severity},
	})
}
