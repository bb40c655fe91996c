module bulkhead/prober

go 1.22
