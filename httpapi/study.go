package httpapi

// studyRoutes are the calls of the learning modes.
func (a *API) studyRoutes() []route {
	return []route{}
}
